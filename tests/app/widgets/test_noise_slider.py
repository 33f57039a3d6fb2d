"""The noise control: slider and number agree, and a change is told exactly once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from app.widgets.noise_slider import NoiseSlider


@pytest.fixture
def slider(qtbot):
    widget = NoiseSlider()
    qtbot.addWidget(widget)
    widget.resize(300, 48)
    widget.show()
    return widget


def heard(slider):
    values = []
    slider.changed.connect(values.append)
    return values


def test_moving_the_slider_moves_the_number_and_tells_once(slider):
    values = heard(slider)
    slider.slider.setValue(37)
    assert slider.number.value() == pytest.approx(0.37)
    assert slider.value == pytest.approx(0.37)
    assert values == [0.37]


def test_typing_a_number_moves_the_slider(slider, qtbot):
    values = heard(slider)
    slider.number.selectAll()
    qtbot.keyClicks(slider.number, slider.locale().toString(0.62, "f", 2))
    qtbot.keyClick(slider.number, Qt.Key.Key_Return)
    assert slider.slider.value() == 62
    assert values == [0.62]


def test_the_program_sets_it_within_its_range(slider):
    values = heard(slider)
    slider.set_value(0.25)
    slider.set_value(7.0)
    slider.set_value(-1.0)
    assert values == [0.25, 1.0, 0.0]


def test_the_same_value_again_tells_nothing_so_that_two_may_follow_each_other(slider, qtbot):
    other = NoiseSlider(0.9)
    qtbot.addWidget(other)
    slider.changed.connect(other.set_value)
    other.changed.connect(slider.set_value)
    values = heard(slider)
    slider.slider.setValue(40)
    other.slider.setValue(55)
    assert (slider.value, other.value) == (0.55, 0.55)
    assert values == [0.40, 0.55]


def test_a_start_value_is_shown_and_not_told(qtbot):
    slider = NoiseSlider(0.3)
    qtbot.addWidget(slider)
    assert (slider.value, slider.slider.value(), slider.number.value()) == (0.3, 30, 0.3)


def test_the_wheel_over_it_changes_nothing_without_focus(slider):
    slider.slider.clearFocus()
    position = QPointF(slider.slider.rect().center())
    event = QWheelEvent(
        position,
        slider.slider.mapToGlobal(position),
        QPoint(0, 120),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(slider.slider, event)
    assert slider.value == 0.0


def test_marks_are_drawn_under_the_slider_and_go_away(slider):
    assert slider.marks.isHidden()
    slider.set_marks([0.0, 0.3, 1.0])
    assert slider.marks.isVisible()
    picture = slider.marks.grab().toImage()
    row = [picture.pixelColor(x, 1).rgb() for x in range(picture.width())]
    ticks = [x for x, colour in enumerate(row) if colour != row[len(row) // 2]]
    assert len(ticks) >= 3
    slider.set_marks([])
    assert slider.marks.isHidden()

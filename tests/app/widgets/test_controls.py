"""The makers of small parts: properties are checked, choices stay, ticks are remembered."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QSpinBox, QWidget

from app.theme.theme import DARK, LIGHT, apply_theme, icon
from app.widgets.controls import chooser, configure, empty_layout, label, offer, row, switch


def test_properties_are_set_by_their_names_and_a_misspelt_one_is_refused(qtbot):
    box = configure(QSpinBox(), minimum=3, maximum=9, value=5, suffix=" s")
    qtbot.addWidget(box)
    assert (box.minimum(), box.maximum(), box.value(), box.suffix()) == (3, 9, 5, " s")
    with pytest.raises(AttributeError, match="no Qt property 'maximun'"):
        configure(box, maximun=3)


def test_a_choice_stays_where_it_is_still_offered(qtbot):
    box = chooser()
    qtbot.addWidget(box)
    offer(box, [("All", ""), ("Reach", "reach"), ("Push", "push")])
    box.setCurrentIndex(2)
    offer(box, [("All", ""), ("Push", "push")])
    assert box.currentData() == "push"
    offer(box, [("All", ""), ("Reach", "reach")])
    assert box.currentData() == ""


def test_a_switch_comes_back_as_it_was_left(qtbot, tmp_path):
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    first = switch("Images", settings, "images", default=False)
    qtbot.addWidget(first)
    assert not first.isChecked()
    first.setChecked(True)
    settings.sync()
    again = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    second = switch("Images", again, "images", default=False)
    qtbot.addWidget(second)
    assert second.isChecked()


def test_a_layout_is_emptied_of_its_widgets(qtbot):
    host = QWidget()
    qtbot.addWidget(host)
    line = row(label("a"), 1, label("b"), inside=host)
    empty_layout(line)
    assert line.count() == 0


@pytest.mark.usefixtures("qapp")
def test_an_icon_follows_the_theme_by_itself():
    made = icon("ph.house")

    def ink():
        picture = made.pixmap(24, 24).toImage()
        points = [(x, y) for x in range(24) for y in range(24)]
        solid = [picture.pixelColor(*p) for p in points if picture.pixelColor(*p).alpha() > 250]
        assert solid
        return sum(color.lightness() for color in solid) / len(solid)

    apply_theme(LIGHT)
    dark_ink = ink()
    apply_theme(DARK)
    assert ink() > dark_ink + 100

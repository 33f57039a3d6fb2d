"""Live plots: every point arrives, curves are made once, and broken numbers break nothing."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from app.pages.train.legend import LegendEntry
from app.pages.train.live_plot import LivePlot
from app.theme.theme import DARK, LIGHT, apply_theme
from app.widgets.formats import format_seconds, format_value
from app.window.styles import Styles


@pytest.fixture
def plot(qtbot):
    apply_theme(DARK)
    widget = LivePlot("Losses", logarithmic=True, colors={"total": -1})
    qtbot.addWidget(widget)
    widget.resize(480, 280)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def entry(plot, name):
    """The legend entry of a curve."""
    return next(each for each in plot.findChildren(LegendEntry) if each.name == name)


def drawn(plot, name):
    """What the plot item of a curve was given, before the log scale."""
    return plot._curves[name].item.getOriginalDataset()


def test_points_are_drawn_by_and_by_on_curves_made_once(plot, qtbot):
    items = None
    for step in range(200):
        plot.append(step, {"total": 1.0 / (step + 1), "action": 2.0})
        items = items or {name: plot._curves[name].item for name in plot.names}
    qtbot.waitUntil(lambda: drawn(plot, "total")[0] is not None, timeout=1000)
    assert len(drawn(plot, "total")[0]) == 200
    assert items == {name: plot._curves[name].item for name in plot.names}
    assert entry(plot, "action").value_text == "2.00"


def test_a_hidden_plot_draws_nothing_until_it_is_shown(plot, qtbot):
    plot.hide()
    plot.append(0, {"total": 1.0})
    plot.redraw()
    assert drawn(plot, "total")[0] is None
    plot.show()
    qtbot.waitUntil(lambda: drawn(plot, "total")[0] is not None, timeout=1000)


@pytest.mark.parametrize("logarithmic", [True, False])
def test_numbers_that_are_not_finite_leave_gaps(plot, logarithmic):
    plot.set_logarithmic(logarithmic)
    for step, value in enumerate([1.0, float("nan"), float("inf"), -float("inf"), 0.0, 0.5]):
        plot.append(step, {"total": value, "other": float("nan")})
    plot.redraw()
    plot.grab()
    y = drawn(plot, "total")[1]
    assert np.isnan(y[1:4]).all()
    assert np.isnan(y[4]) == logarithmic
    assert entry(plot, "other").value_text == "–"
    bounds = plot.plot.vb.viewRange()[1]
    assert np.isfinite(bounds).all()


def test_a_click_on_a_name_hides_its_curve_here_and_in_earlier_runs(plot, qtbot):
    plot.append(0, {"total": 1.0, "action": 2.0})
    plot.set_overlay("before", 0, {"action": ([0, 1], [3.0, 2.0])})
    qtbot.mouseClick(entry(plot, "action"), Qt.MouseButton.LeftButton)
    assert not plot._curves["action"].item.isVisible()
    assert not plot._overlays["before"].lines["action"][0].isVisible()
    assert plot._curves["total"].item.isVisible()
    plot.clear()
    plot.append(0, {"action": 2.0})
    assert not plot._curves["action"].item.isVisible()


def test_earlier_runs_come_and_go_and_stay_when_a_run_begins(plot):
    plot.set_overlay("before", 1, {"total": ([0, 10], [1.0, 0.1])})
    plot.append(0, {"total": 1.0})
    plot.clear()
    assert plot.overlays == ("before",)
    assert plot.names == ()
    item = plot._overlays["before"].lines["total"][0]
    assert item in plot.plot.items
    plot.remove_overlay("before")
    assert item not in plot.plot.items


def test_values_are_those_under_the_mouse(plot):
    plot.set_curve("total", np.arange(101), np.arange(101) + 1.0)
    plot.redraw()
    plot.grab()
    position = plot.plot.vb.mapViewToScene(QPointF(25.0, 1.0))
    plot._mouse_moved(position)
    assert entry(plot, "total").value_text == "26.0"
    assert plot.place.text() == "step 25"
    plot.view.left.emit()
    assert entry(plot, "total").value_text == "101"
    assert plot.place.text() == ""


def test_a_constant_is_shown_in_a_range_of_its_own_size(plot):
    plot.set_logarithmic(False)
    for step in range(5):
        plot.append(step, {"tau": 0.996})
    plot.redraw()
    low, high = plot.plot.vb.viewRange()[1]
    assert 0.95 < low < 0.996 < high < 1.05
    plot.append(5, {"tau": 2.0})
    plot.redraw()
    plot.grab()
    assert plot.plot.vb.viewRange()[1][1] > 2.0


@pytest.mark.parametrize(("lowest", "highest"), [(-1.5, -0.4), (-6, 2), (-0.2, 0.2), (-30, 30)])
def test_numbers_of_a_logarithmic_axis_have_room(plot, lowest, highest):
    axis = plot.plot.getAxis("left")
    ((_, values),) = axis.tickValues(lowest, highest, 200)
    assert 1 <= len(values) <= 10
    positions = np.sort(values) * 200 / (highest - lowest)
    assert np.diff(positions).min(initial=99) > 12
    assert len(set(axis.logTickStrings(values, 1.0, 1.0))) == len(values)


def test_another_theme_repaints_background_axes_and_curves(plot):
    plot.append(0, {"action": 1.0})
    styles = Styles()
    styles.add(plot)
    apply_theme(LIGHT)
    styles.ensure(plot)
    assert plot.view.backgroundBrush().color() == LIGHT.color("plot_background")
    assert plot._curves["action"].item.opts["pen"].color().name() == LIGHT.series[0].lower()
    assert plot.plot.getAxis("left").textPen().color() == LIGHT.color("muted")


def test_redrawing_a_full_plot_is_quick(plot):
    for name in ("total", "prediction", "action", "gripper", "decoder", "goal"):
        plot.set_curve(name, np.arange(4096), np.abs(np.sin(np.arange(4096))) + 0.1)
    plot.redraw()
    plot.grab()
    began = time.thread_time()  # of this thread alone: other work must not fail it
    for _ in range(5):
        plot.append(5000, dict.fromkeys(plot.names, 1.0))
        plot.redraw()
        plot.grab()
    # measured 12 ms for six full curves on two cores with software rendering
    assert (time.thread_time() - began) / 5 < 0.15


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.00"),
        (1.0, "1.00"),
        (0.123456, "0.123"),
        (0.00123, "0.00123"),
        (-12.34, "−12.3"),
        (12345.6, "12,346"),
        (1.5e-7, "1.5e−7"),
        (float("nan"), "–"),
        (float("inf"), "∞"),
    ],
)
def test_values_have_three_figures(value, text):
    assert format_value(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(12.2, "12 s"), (65, "1:05 min"), (7380, "2:03 h"), (None, "–"), (float("inf"), "–")],
)
def test_times_are_said_as_people_say_them(seconds, text):
    assert format_seconds(seconds) == text


def test_the_value_of_a_sole_curve_stands_beside_the_title(qtbot):
    plot = LivePlot("Effective rank", named=False)
    qtbot.addWidget(plot)
    plot.show()
    plot.append(1, {"effective_rank": 12.34})
    plot.redraw()
    assert plot.value.text() == "12.3"
    assert not entry(plot, "effective_rank").isVisible()

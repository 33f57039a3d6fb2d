"""The latent map and the spectrum show what was measured, steadily."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt

from app.pages.train.latent_map import LatentMap, progress_colors
from app.pages.train.spectrum import SpectrumPlot
from app.theme.theme import DARK, LIGHT


def luminance(color):
    """Relative luminance of WCAG 2.1."""
    parts = np.array([color.redF(), color.greenF(), color.blueF()])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    """Contrast ratio of WCAG 2.1."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


@pytest.fixture
def latent_map(qtbot):
    widget = LatentMap()
    qtbot.addWidget(widget)
    widget.resize(300, 300)
    widget.show()
    return widget


def test_points_are_drawn_in_the_shade_of_their_progress(latent_map, qtbot):
    points = np.random.default_rng(0).normal(size=(50, 2))
    latent_map.set_points(points, np.linspace(0, 1, 50))
    qtbot.waitUntil(lambda: len(latent_map._scatter.getData()[0]) == 50, timeout=2000)
    x, y = latent_map._scatter.getData()
    assert np.allclose(np.stack([x, y], axis=1), points)
    first, last = latent_map._scatter.data["brush"][[0, -1]]
    assert first.color() == progress_colors(DARK)[0]
    assert last.color() == progress_colors(DARK)[-1]


def test_a_map_that_came_back_mirrored_is_turned_as_before(latent_map):
    points = np.random.default_rng(0).normal(size=(50, 2))
    latent_map.set_points(points, np.linspace(0, 1, 50))
    latent_map.set_points(points * [-1.1, 1.1], np.linspace(0, 1, 50))
    assert np.allclose(latent_map.points, points * 1.1)


def test_broken_points_are_left_out(latent_map):
    points = np.array([[0.0, 1.0], [np.nan, 0.0], [2.0, np.inf]])
    latent_map.set_points(points, np.array([0.0, 0.5, 1.0]))
    assert len(latent_map.points) == 1
    latent_map.grab()


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_every_shade_can_be_seen_on_its_ground_and_they_are_ordered(theme):
    luminances = [luminance(color) for color in progress_colors(theme)]
    ground = luminance(theme.color("plot_background"))
    contrasts = [contrast(value, ground) for value in luminances]
    assert min(contrasts) > 2.2
    assert np.all(np.diff(luminances) > 0)
    assert contrast(luminances[-1], luminances[0]) > 2.5


def test_the_spectrum_keeps_the_start_to_compare_with(qtbot):
    plot = SpectrumPlot()
    qtbot.addWidget(plot)
    plot.show()
    plot.set_spectrum(np.array([3.0, 2.0, 1.0]), 2.5)
    plot.set_spectrum(np.array([9.0, 0.1, 0.0]), 1.2)
    assert plot.points("at the start")[1].tolist() == [3.0, 2.0, 1.0]
    assert plot.points("now")[1].tolist() == [9.0, 0.1, 0.0]
    assert plot._rank.value() == 1.2
    plot.redraw()
    plot.grab()
    plot.clear()
    plot.set_spectrum(np.array([1.0, 1.0]), 2.0)
    assert plot.points("at the start")[1].tolist() == [1.0, 1.0]


@pytest.fixture
def pictured(latent_map, qtbot):
    """The map with three points, each with pictures of one grey."""
    points = np.array([[0.0, 0.0], [np.nan, 0.0], [1.0, 0.0], [0.5, 1.0]])
    greys = np.array([10, 20, 30, 40], np.uint8)[:, None, None, None]
    latent_map.set_points(points, np.linspace(0, 1, 4))
    latent_map.set_pictures({"workspace_image": np.broadcast_to(greys, (4, 8, 8, 3))})
    qtbot.waitUntil(lambda: len(latent_map._scatter.getData()[0]) == 3, timeout=2000)
    return latent_map


def shown_grey(latent_map):
    """The grey of the picture that is shown; None if none is."""
    if not latent_map.picture.isVisible():
        return None
    ((_, image),) = latent_map.images.images
    return image.pixelColor(3, 3).red()


def test_the_picture_of_the_point_under_the_mouse_is_shown(pictured):
    def at(x, y):
        pictured._mouse_moved(pictured.plot.vb.mapViewToScene(QPointF(x, y)))

    at(1.0, 0.0)
    assert shown_grey(pictured) == 30, "broken points do not shift the pictures"
    assert pictured._ring.getData()[0].tolist() == [1.0]
    at(0.5, 1.0)
    assert shown_grey(pictured) == 40
    at(0.5, 0.5)
    assert shown_grey(pictured) is None


def test_keys_go_through_the_points(pictured, qtbot):
    greys = []
    for _ in range(4):
        qtbot.keyClick(pictured, Qt.Key.Key_Right)
        greys.append(shown_grey(pictured))
    assert greys == [10, 30, 40, 40]
    qtbot.keyClick(pictured, Qt.Key.Key_Left)
    assert shown_grey(pictured) == 30
    qtbot.keyClick(pictured, Qt.Key.Key_Escape)
    assert shown_grey(pictured) is None


def test_without_pictures_nothing_is_shown_and_the_map_takes_no_focus(pictured, qtbot):
    pictured.choose(0)
    pictured.clear()
    assert shown_grey(pictured) is None
    pictured.set_points(np.zeros((2, 2)), np.zeros(2))
    qtbot.keyClick(pictured, Qt.Key.Key_Right)
    assert shown_grey(pictured) is None
    assert pictured.focusPolicy() == Qt.FocusPolicy.NoFocus


def test_the_picture_leaves_the_ring_free(pictured):
    for index, (x, y) in enumerate(pictured.points):
        pictured.choose(index)
        scene = pictured.plot.vb.mapViewToScene(QPointF(x, y))
        at = pictured.view.mapTo(pictured, pictured.view.mapFromScene(scene))
        assert not pictured.picture.geometry().contains(at)

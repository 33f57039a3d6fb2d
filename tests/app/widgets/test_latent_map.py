"""The latent map and the spectrum show what was measured, steadily."""

from __future__ import annotations

import numpy as np
import pytest

from app.theme import DARK, LIGHT
from app.widgets.latent_map import LatentMap, progress_colors
from app.widgets.spectrum import SpectrumPlot


@pytest.fixture
def latent_map(qtbot):
    widget = LatentMap(DARK)
    qtbot.addWidget(widget)
    widget.resize(300, 300)
    widget.show()
    return widget


def test_points_are_drawn_in_the_shade_of_their_progress(latent_map):
    points = np.random.default_rng(0).normal(size=(50, 2))
    latent_map.set_points(points, np.linspace(0, 1, 50))
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
    colors = progress_colors(theme)
    lightness = [color.lightnessF() for color in colors]
    ground = theme.color("background").lightnessF()
    assert all(abs(value - ground) > 0.1 for value in lightness)
    assert lightness[-1] > lightness[0] + 0.15


def test_the_spectrum_keeps_the_start_to_compare_with(qtbot):
    plot = SpectrumPlot(DARK)
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

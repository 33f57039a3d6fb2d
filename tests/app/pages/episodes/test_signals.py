"""What is plotted along the timeline: of the bundled arm, and of any other robot."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor

from app.pages.episodes.signals import FIELDS, MOST, lanes_of
from app.pages.episodes.timeline import Timeline
from app.pages.episodes.track import _runs, _thinned
from core.data import episode_from_arrays


def foreign(steps=30, actions=3, fields=None, **known):
    """An episode of another robot."""
    chance = np.random.default_rng(0)
    sizes = fields if fields is not None else {"joints": 5, "still": 0}
    return episode_from_arrays(
        "stack",
        None,
        "unknown",
        observations={
            name: chance.normal(size=(steps, size)) if size else np.ones((steps, 2))
            for name, size in sizes.items()
        },
        actions=chance.uniform(-1, 1, (steps, actions)),
        rewards=np.zeros(steps),
        states=np.zeros((steps, 0)),
        success=None,
        control_rate=20.0,
        **({"model_hash": "none"} | known),
    )


@pytest.mark.parametrize("actions", [1, 3, 7, 40])
def test_actions_of_any_size_and_fields_that_change_are_plotted(actions):
    lanes = lanes_of(foreign(actions=actions))
    assert [lane.title for lane in lanes] == ["actions", "joints"]
    assert [len(lane.curves) for lane in lanes] == [min(MOST, actions), 5]
    assert all(lane.low < lane.high for lane in lanes)


def test_only_so_many_fields_are_plotted_as_can_be_read():
    lanes = lanes_of(foreign(fields={f"field_{n}": 20 for n in range(9)}))
    assert len(lanes) == 1 + FIELDS
    assert len(lanes[1].curves) == MOST


@pytest.mark.parametrize("steps", [1, 2, 20_000])
def test_a_timeline_of_any_length_is_painted(qtbot, steps):
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.resize(700, 180)
    timeline.show_episode(foreign(steps, fields={"a_very_long_name_of_a_field_indeed": 8}))
    picture = timeline.track.grab().toImage()
    colours = {
        QColor(picture.pixel(x, y)).name()
        for x in range(picture.width())
        for y in range(picture.height())
    }
    assert len(colours) > 2


def test_the_fields_that_are_left_out_are_said(qtbot):
    timeline = Timeline()
    qtbot.addWidget(timeline)
    timeline.show_episode(foreign())
    assert "1 of 2 fields not shown" in timeline._legend.toolTip()
    timeline.show_episode(None)
    assert not timeline._legend.toolTip()


def test_a_long_curve_keeps_its_peaks():
    values = np.zeros(100_000)
    values[51_234], values[70_001] = 5.0, -3.0
    steps, thinned = _thinned(values, 1000)
    assert len(steps) == len(thinned) == 1000
    assert (thinned.min(), thinned.max()) == (-3.0, 5.0)
    assert abs(int(steps[thinned.argmax()]) - 51_234) <= 200
    assert (np.diff(steps) >= 0).all()


def test_stretches_of_a_mask():
    mask = np.array([1, 1, 0, 0, 1, 0, 1], dtype=bool)
    assert _runs(mask) == [(0, 1), (4, 4), (6, 6)]
    assert _runs(np.zeros(3, dtype=bool)) == []

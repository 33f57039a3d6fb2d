"""Stills: the same pictures as the camera's, of several tasks by one context."""

from __future__ import annotations

import numpy as np
import pytest

from app.pages.episodes.thumbnails import Stills
from core.simulation import (
    Camera,
    InvalidStateError,
    UnavailableGraphicsError,
    World,
)


@pytest.fixture
def stills():
    try:
        made = Stills(64, 48)
    except UnavailableGraphicsError as error:
        pytest.skip(f"{error}")
    yield made
    made.close()


def state_of(task):
    world = World(task, 1)
    world.reset([3])
    return world.get_states()[0]


def test_tasks_in_turn_are_drawn_as_by_a_camera_of_their_own(stills):
    for task in ("reach", "push", "reach"):
        state = state_of(task)
        drawn = stills.draw(task, state)
        with Camera(task, 64, 48, shadows=False) as camera:
            expected = camera.render(state)
        np.testing.assert_array_equal(drawn, expected)


def test_a_state_of_another_task_is_refused(stills):
    with pytest.raises(InvalidStateError, match="at least"):
        stills.draw("push", np.zeros(3))

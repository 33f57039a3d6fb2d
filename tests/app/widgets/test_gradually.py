"""Steps are taken one in a turn, or all at once when somebody needs the whole."""

from __future__ import annotations

import time
from itertools import pairwise

from app.widgets.gradually import PAUSE, Gradually


def steps(taken, count):
    for number in range(count):
        taken.append(number)
        yield


def test_steps_are_taken_one_after_the_other(qtbot):
    taken = []
    building = Gradually(steps(taken, 5))
    assert taken == []
    qtbot.waitUntil(lambda: building.done, timeout=2000)
    qtbot.wait(20)
    assert taken == [0, 1, 2, 3, 4]


def test_what_is_left_is_done_at_once_when_it_is_needed():
    taken = []
    building = Gradually(steps(taken, 5))
    building.finish()
    building.finish()
    assert taken == [0, 1, 2, 3, 4]
    assert building.done


def test_several_take_turns_with_the_window_and_not_one_with_the_other(qtbot):
    moments = []

    def slow(count):
        for _ in range(count):
            moments.append(time.perf_counter())
            yield

    both = [Gradually(slow(3)), Gradually(slow(3))]
    qtbot.waitUntil(lambda: all(building.done for building in both), timeout=2000)
    assert len(moments) == 6
    assert min(b - a for a, b in pairwise(moments)) >= PAUSE

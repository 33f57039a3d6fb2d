"""Steps are taken one in a turn, or all at once when somebody needs the whole."""

from __future__ import annotations

from app.widgets.gradually import Gradually


def steps(taken, count):
    for number in range(count):
        taken.append(number)
        yield


def test_steps_are_taken_by_and_by_and_the_end_is_told_once(qtbot):
    taken, ends = [], []
    building = Gradually(steps(taken, 5))
    building.finished.connect(lambda: ends.append(len(taken)))
    assert taken == []
    qtbot.waitUntil(lambda: building.done, timeout=2000)
    qtbot.wait(20)
    assert taken == [0, 1, 2, 3, 4]
    assert ends == [5]


def test_what_is_left_is_done_at_once_when_it_is_needed():
    taken = []
    building = Gradually(steps(taken, 5))
    building.finish()
    building.finish()
    assert taken == [0, 1, 2, 3, 4]
    assert building.done

import time

import pytest

from core.evaluation import clock as clock_module
from core.evaluation.clock import Clock


@pytest.fixture
def now(monkeypatch):
    """A clock that the test turns."""

    class Hand:
        seconds = 100.0

    monkeypatch.setattr(clock_module.time, "perf_counter", lambda: Hand.seconds)
    yield Hand
    monkeypatch.undo()
    assert time.perf_counter() > 0


def test_each_mode_has_its_own_speed(now):
    clock = Clock([("bc", 10), ("plan", 10), ("bc", 10), ("plan", 10)])
    assert clock.seconds_left is None
    clock.begin()
    now.seconds += 1
    clock.advance(0.5)
    assert clock.fraction == pytest.approx(0.125)
    now.seconds += 1
    clock.end()  # cloning: 2 s
    clock.begin()
    now.seconds += 5
    clock.advance(0.25)  # planning: 20 s, 15 of them left, and once more 2 + 20
    assert clock.seconds_left == pytest.approx(15 + 2 + 20)
    now.seconds += 15
    clock.end()
    assert clock.fraction == pytest.approx(0.5)
    assert clock.seconds_left == pytest.approx(22)


def test_the_end_is_the_end(now):
    clock = Clock([("bc", 3)])
    clock.begin()
    now.seconds += 1
    clock.end()
    assert clock.fraction == 1.0
    assert clock.seconds_left == 0.0


def test_reports_are_spaced(now):
    clock = Clock([("bc", 3)])
    assert not clock.due()
    now.seconds += 0.25
    assert clock.due()
    assert not clock.due()

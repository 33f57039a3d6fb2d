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


def test_each_part_has_its_own_cost(now):
    clock = Clock({"bc": 2.0, "plan": 20.0, "bc again": 2.0, "plan again": 20.0})
    assert clock.seconds_left is None
    now.seconds += 1
    clock.advance("bc", 0.5)
    assert clock.fraction == pytest.approx(1 / 44)
    assert clock.seconds_left == pytest.approx(43)
    now.seconds += 6
    clock.advance("bc", 1.0)
    clock.advance("plan", 0.25)  # planning: 15 s of it left, and once more 2 + 20
    assert clock.seconds_left == pytest.approx(15 + 2 + 20)
    now.seconds += 15
    clock.advance("plan", 1.0)
    assert clock.fraction == pytest.approx(0.5)
    assert clock.seconds_left == pytest.approx(22)


def test_the_end_is_the_end(now):
    clock = Clock({"bc": 3.0})
    now.seconds += 1
    clock.advance("bc", 1.0)
    assert clock.fraction == 1.0
    assert clock.seconds_left == 0.0

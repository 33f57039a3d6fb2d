"""Deadlines do not drift, and what is late is dropped rather than caught up."""

from __future__ import annotations

import threading
import time

import pytest

from app.arm.pace import Pace, RateMeter


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Stop:
    """An event whose waiting moves a clock instead of taking time."""

    def __init__(self, clock: Clock, late: float = 0.0) -> None:
        self.clock, self.late, self.stopped = clock, late, False

    def wait(self, seconds: float) -> bool:
        self.clock.now += seconds + self.late
        return self.stopped


def test_lateness_does_not_add_up():
    clock = Clock()
    pace = Pace(20.0, Stop(clock, late=0.004), clock)
    for _ in range(100):
        assert pace.next_tick()
        clock.now += 0.02  # the work of a tick
    assert clock.now == pytest.approx(100 * 0.05 + 0.004 + 0.02)
    timing = pace.timing()
    assert timing.rate == pytest.approx(20.0)
    assert timing.lateness_p99 == pytest.approx(0.004)


def test_missed_deadlines_are_dropped():
    clock = Clock()
    pace = Pace(20.0, Stop(clock), clock)
    pace.next_tick()
    clock.now += 0.21  # a long tick: four deadlines pass
    before = clock.now
    pace.next_tick()
    assert clock.now == before, "the first tick after it comes at once"
    pace.next_tick()
    assert clock.now == pytest.approx(0.30), "and then the old deadlines hold again"


def test_stopping_ends_the_wait():
    stop = threading.Event()
    pace = Pace(0.5, stop)
    threading.Timer(0.05, stop.set).start()
    began = time.perf_counter()
    assert not pace.next_tick()
    assert time.perf_counter() - began < 1.0


def test_pauses_do_not_count_in_a_recordings_rate():
    clock = Clock()
    meter = RateMeter(clock)
    assert meter.rate is None
    for _ in range(10):
        clock.now += 0.05
        meter.mark()
    meter.pause()
    clock.now += 30.0
    for _ in range(10):
        clock.now += 0.05
        meter.mark()
    assert meter.rate == pytest.approx(20.0)

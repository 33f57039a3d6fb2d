"""Keeps a loop on absolute deadlines and knows how well it did."""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

WINDOW = 200
"""Ticks over which rate and lateness are measured: 10 s at 20 Hz."""


@dataclass(frozen=True)
class Timing:
    """How well a loop holds its rate, over the last `WINDOW` ticks."""

    rate: float
    """Measured ticks per second [Hz]; 0 before the second tick."""
    lateness_p99: float
    """99th percentile of the time from a deadline to the tick [s]."""


class Pace:
    """Deadlines every `1 / rate` seconds from the start on, so that lateness never adds up.

    A tick later than a whole period drops the deadlines it missed instead of running after
    them: an arm that catches up would move at more than its speed.
    """

    def __init__(
        self,
        rate: float,
        stop: threading.Event,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.period = 1.0 / rate
        self._stop = stop
        self._clock = clock
        self._deadline = clock()
        self._ticks: deque[float] = deque(maxlen=WINDOW)
        self._lateness: deque[float] = deque(maxlen=WINDOW)

    def next_tick(self) -> bool:
        """Wait for the next deadline; False if the loop is to stop."""
        self._deadline += self.period
        if not self.wait_within(0.0):
            return False
        now = self._clock()
        late = now - self._deadline
        self._deadline += int(late / self.period) * self.period
        self._ticks.append(now)
        self._lateness.append(late)
        return True

    def wait_within(self, offset: float) -> bool:
        """Wait until `offset` [s] after the present deadline; False if the loop is to stop."""
        remaining = self._deadline + offset - self._clock()
        return not self._stop.wait(max(0.0, remaining))

    def timing(self) -> Timing:
        """How well the loop held its rate over the last `WINDOW` ticks; needs one."""
        span = self._ticks[-1] - self._ticks[0] if len(self._ticks) > 1 else 0.0
        rate = (len(self._ticks) - 1) / span if span > 0 else 0.0
        return Timing(rate, float(np.percentile(np.fromiter(self._lateness, float), 99)))


class RateMeter:
    """The rate of marks, not counting the time of pauses: how fast an episode was recorded."""

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self._last: float | None = None
        self._spans = 0
        self._time = 0.0

    def mark(self) -> None:
        """One step was recorded now."""
        now = self._clock()
        if self._last is not None:
            self._spans += 1
            self._time += now - self._last
        self._last = now

    def pause(self) -> None:
        """The time until the next mark does not count."""
        self._last = None

    @property
    def rate(self) -> float | None:
        """Marks per second [Hz]; None before there are two without a pause between."""
        return self._spans / self._time if self._time > 0 else None

"""How long the rest of some work will take."""

import time
from collections.abc import Mapping
from typing import Any

KNOWN = 0.01
"""Share of the work from which on its pace says how long the rest takes."""


class Clock:
    """Estimates the time left from the time so far and what each part of the work costs.

    Planning costs many times what cloning does, so one cost for all would mislead.
    """

    def __init__(self, costs: Mapping[Any, float]) -> None:
        """`costs`: of each part, in any one unit."""
        self._costs = dict(costs)
        self._shares = dict.fromkeys(costs, 0.0)
        self._began = time.perf_counter()

    def advance(self, part: Any, share: float) -> None:
        """`share` of `part` is done, in [0, 1]."""
        self._shares[part] = share

    @property
    def fraction(self) -> float:
        """Share of all work that is done, 0 to 1."""
        done = sum(share * self._costs[part] for part, share in self._shares.items())
        return done / (sum(self._costs.values()) or 1.0)

    @property
    def seconds_left(self) -> float | None:
        """Estimated time until all is done [s]; None while nothing is known."""
        done = self.fraction
        return (time.perf_counter() - self._began) * (1.0 - done) / done if done >= KNOWN else None

"""How long the rest of an evaluation will take."""

import time
from collections.abc import Sequence

REPORT_INTERVAL = 0.2
"""Time between two reports [s]."""


class Clock:
    """Estimates the time left from what each mode has cost per episode so far.

    Planning costs many times what cloning does, so one speed for all would mislead.
    """

    def __init__(self, work: Sequence[tuple[str, int]]) -> None:
        """`work` lists (mode, episodes) in the order in which they will run."""
        self._work = list(work)
        self._index = 0
        self._share = 0.0
        self._spent: dict[str, tuple[float, int]] = {}
        self._began = time.perf_counter()
        self._reported = self._began

    def begin(self) -> None:
        """The next piece of work starts now."""
        self._began = time.perf_counter()

    def advance(self, share: float) -> None:
        """`share` of the current piece is done, in [0, 1]."""
        self._share = share

    def end(self) -> None:
        """The current piece is done."""
        mode, episodes = self._work[self._index]
        seconds, count = self._spent.get(mode, (0.0, 0))
        self._spent[mode] = (seconds + time.perf_counter() - self._began, count + episodes)
        self._index += 1
        self._share = 0.0

    def due(self) -> bool:
        """Whether it is time for another report; true at most every `REPORT_INTERVAL`."""
        now = time.perf_counter()
        if now - self._reported < REPORT_INTERVAL:
            return False
        self._reported = now
        return True

    @property
    def fraction(self) -> float:
        """Share of all episodes that are done, counting the current piece in part."""
        done: float = sum(episodes for _, episodes in self._work[: self._index])
        if self._index < len(self._work):
            done += self._share * self._work[self._index][1]
        return done / sum(episodes for _, episodes in self._work)

    @property
    def seconds_left(self) -> float | None:
        """Estimated time until all is done [s]; None while nothing is known."""
        speeds = {mode: seconds / count for mode, (seconds, count) in self._spent.items()}
        left = self._work[self._index :]
        if not left:
            return 0.0
        mode, episodes = left[0]
        elapsed = time.perf_counter() - self._began
        if mode not in speeds and self._share > 0.02:
            speeds[mode] = elapsed / self._share / episodes
        if not speeds:
            return None
        slowest = max(speeds.values())
        seconds = sum(count * speeds.get(name, slowest) for name, count in left)
        return max(0.0, seconds - self._share * episodes * speeds.get(mode, slowest))

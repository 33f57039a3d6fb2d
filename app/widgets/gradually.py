"""Building something large in small steps, so that the window stays responsive."""

import time
from collections.abc import Iterator

from PySide6.QtCore import QObject, Slot

from app.widgets.controls import every

PAUSE = 0.004
"""Time between two steps of any of these objects, in which the window does everything else [s]."""


class Gradually(QObject):
    """Takes one step of an iterator after the other with a pause between, or all if need be.

    Of several at work only one takes a step before the window has its turn again.
    """

    _ended = 0.0
    """When the last step of any of them was done."""

    def __init__(self, steps: Iterator[object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps = steps
        self.done = False
        """Whether there is no further step to take."""
        self._timer = every(round(1000 * PAUSE), self._turn, self)

    def finish(self) -> None:
        """Take all remaining steps now, because the whole is needed."""
        while not self.done:
            self._step()

    def stop(self) -> None:
        """Take no further step."""
        self.done = True
        self._timer.stop()

    @Slot()
    def _turn(self) -> None:
        if time.perf_counter() - Gradually._ended >= PAUSE:
            self._step()
            Gradually._ended = time.perf_counter()

    def _step(self) -> None:
        try:
            next(self._steps)
        except StopIteration:
            self.stop()

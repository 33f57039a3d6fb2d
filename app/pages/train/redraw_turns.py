"""Plots take turns at being redrawn, so that the window never waits for more than one of them."""

import time
from typing import Protocol

from PySide6.QtCore import QObject, Slot

from app.widgets.controls import every

TURN = 33
"""Time between two turns [ms]: a click waits for one plot at most, 8 ms at its largest."""


class Redrawable(Protocol):
    """Something that can be brought up to date."""

    redraw_interval: float
    """Least time between two redraws [s]."""

    def isVisible(self) -> bool:
        """Whether it can be seen; what cannot is asked again when it is shown."""

    def redraw(self) -> None:
        """Show the newest data."""


class RedrawTurns(QObject):
    """Owns the queue of those that have something new. Lives on the GUI thread.

    Seven plots that redraw on timers of their own all do so in the same turn of the event loop,
    once the data arrives for all of them at once: 110 ms at a time instead of 14.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: dict[Redrawable, None] = {}  # in the order of asking
        self._drawn: dict[Redrawable, float] = {}
        self._timer = every(TURN, self._turn, self, running=False)

    def ask(self, plot: Redrawable) -> None:
        """`plot` has something new; it is redrawn as soon as it may."""
        self._waiting.setdefault(plot)
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def _turn(self) -> None:
        now = time.monotonic()
        for plot in list(self._waiting):
            if not plot.isVisible():
                del self._waiting[plot]
            elif now - self._drawn.get(plot, 0.0) >= plot.redraw_interval:
                del self._waiting[plot]
                self._drawn[plot] = now
                plot.redraw()
                break
        if not self._waiting:
            self._timer.stop()

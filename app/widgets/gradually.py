"""Building something large in small steps, so that the window goes on meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal, Slot


class Gradually(QObject):
    """Takes one step of an iterator in each turn of the event loop, or all at once if need be."""

    finished = Signal()
    """The last step is done; told once."""

    def __init__(self, steps: Iterator[object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps: Iterator[object] | None = steps
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._step)
        self._timer.start()

    @property
    def done(self) -> bool:
        """Whether every step has been taken."""
        return self._steps is None

    def finish(self) -> None:
        """Take all that is left now: somebody needs the whole."""
        while self._steps is not None:
            self._step()

    def stop(self) -> None:
        """Take no further step; `finished` is not told."""
        self._steps = None
        self._timer.stop()

    @Slot()
    def _step(self) -> None:
        if self._steps is None:
            return
        try:
            next(self._steps)
        except StopIteration:
            self._steps = None
            self._timer.stop()
            self.finished.emit()

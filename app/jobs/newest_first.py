"""A thread that does what was asked for last, and forgets what it will not come to."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QThread

W = TypeVar("W")


class NewestFirst(QThread, Generic[W]):
    """Base of threads with wishes: `run` takes them from `next_wish`, the last one asked first.

    Starts at the first wish. Of more than `kept` that wait, the oldest are forgotten.
    """

    def __init__(self, name: str, kept: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._kept = kept
        self._wishes: OrderedDict[W, None] = OrderedDict()
        self._change = threading.Condition()
        self.stopping = False

    def ask(self, wish: W) -> None:
        """Do this next."""
        with self._change:
            self._wishes[wish] = None
            self._wishes.move_to_end(wish)
            while len(self._wishes) > self._kept:
                self._wishes.popitem(last=False)
            self._change.notify()
        if not self.isRunning():
            self.start(QThread.Priority.LowPriority)

    def close_down(self) -> None:
        """Stop after what is being done, and wait for the thread."""
        with self._change:
            self.stopping = True
            self._change.notify()
        self.wait()

    def next_wish(self, patience: float | None = None) -> W | None:
        """The next wish, waited for; None after `patience` [s], or when the thread is to end."""
        with self._change:
            self._change.wait_for(lambda: self.stopping or bool(self._wishes), patience)
            nothing = self.stopping or not self._wishes
            return None if nothing else self._wishes.popitem(last=True)[0]

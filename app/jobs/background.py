"""Work that must not block the window: files, checkpoints, imports."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

THREADS = 8
"""Enough that saving an episode waits neither for a checkpoint nor for slow imports."""


@dataclass(frozen=True)
class _Outcome:
    """What one piece of work came to."""

    receiver: Callable[[Any], Any] | None
    value: Any


class Background(QObject):
    """Runs functions on a few threads and hands their results to the thread it lives on.

    Results travel by a queued signal to a slot of this object, so that receivers always run
    on the GUI thread, whatever they are.
    """

    _arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="studio-background")
        self._pending = 0
        self._closed = threading.Event()
        self._arrived.connect(self._deliver)

    @property
    def busy(self) -> bool:
        """Whether results are outstanding."""
        return self._pending > 0

    def run(
        self,
        function: Callable[[], Any],
        done: Callable[[Any], Any] | None,
        failed: Callable[[BaseException], Any],
    ) -> None:
        """Start `function`; must be called on the thread this object lives on."""
        if self._closed.is_set():
            return
        self._pending += 1
        self._pool.submit(self._work, function, done, failed)

    def close_down(self) -> None:
        """Let running work end, drop what has not begun to be delivered, and join the threads."""
        self._closed.set()
        self._pool.shutdown(wait=True)

    def _work(
        self,
        function: Callable[[], Any],
        done: Callable[[Any], Any] | None,
        failed: Callable[[BaseException], Any],
    ) -> None:
        try:
            outcome = _Outcome(done, function())
        except BaseException as error:  # noqa: BLE001 — carried to `failed`, which shows it
            outcome = _Outcome(failed, error)
        if not self._closed.is_set():
            self._arrived.emit(outcome)

    @Slot(object)
    def _deliver(self, outcome: _Outcome) -> None:
        self._pending -= 1
        if outcome.receiver is not None and not self._closed.is_set():
            outcome.receiver(outcome.value)

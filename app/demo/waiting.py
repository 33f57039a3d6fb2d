"""Waiting inside the running window without stopping it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QTimer

POLL = 20
"""Time between two looks at a condition [ms]."""


class TooSlowError(RuntimeError):
    """Something that had to happen did not happen in time."""


def wait_until(what: str, condition: Callable[[], object], seconds: float) -> None:
    """Let the window run until `condition` holds.

    Raises:
        TooSlowError: naming `what`, after `seconds` [s].
    """
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise TooSlowError(f"{what}: not within {seconds:.0f} s")
        pause(POLL / 1000)


def pause(seconds: float) -> None:
    """Let the window run for `seconds` [s]."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()

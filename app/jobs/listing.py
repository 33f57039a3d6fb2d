"""A list of files that is read again whenever something may have changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Slot

from app.jobs.background import Background


class Listing(QObject):
    """Reads off the GUI thread, one reading at a time; what is asked meanwhile is read once more.

    `reader()` is called on the GUI thread and gives the function to run in the background;
    `show` gets what that found, on the GUI thread.
    """

    def __init__(
        self,
        background: Background,
        reader: Callable[[], Callable[[], Any]],
        show: Callable[[Any], object],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._background = background
        self._reader = reader
        self._show = show
        self.reading = False
        """Whether what is shown may be out of date."""
        self._again = False

    @Slot()
    def reload(self) -> None:
        """Read, or read once more after the reading that is going on."""
        self._again = self.reading
        if not self.reading:
            self.reading = True
            self._background.run(
                self._reader(),
                lambda found: self._ended(self._show, found),
                lambda error: self._ended(self._background.on_failure, error),
            )

    def _ended(self, receiver: Callable[[Any], object], result: Any) -> None:
        self.reading = False
        try:
            receiver(result)
        finally:
            if self._again:
                self.reload()

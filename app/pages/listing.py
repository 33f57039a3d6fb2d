"""A list of files that is read again whenever something may have changed."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Slot

from app.studio import Studio


class Listing(QObject):
    """Reads off the GUI thread, one reading at a time; what is asked meanwhile is read once more.

    `reader()` is called on the GUI thread and gives the function to run in the background;
    `show` gets what that found, on the GUI thread.
    """

    def __init__(
        self,
        studio: Studio,
        reader: Callable[[], Callable[[], Any]],
        show: Callable[[Any], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._studio = studio
        self._reader = reader
        self._show = show
        self._reading = False
        self._again = False

    @property
    def reading(self) -> bool:
        """Whether what is shown may be out of date."""
        return self._reading

    @Slot()
    def reload(self) -> None:
        """Read, or read once more after the reading that is going on."""
        if self._reading:
            self._again = True
            return
        self._reading = True
        self._studio.background(self._reader(), self._done, self._failed)

    def _done(self, found: Any) -> None:
        self._reading = False
        try:
            self._show(found)
        finally:
            self._read_again()

    def _failed(self, error: BaseException) -> None:
        self._reading = False
        self._studio.fail(str(error), "".join(traceback.format_exception(error)))
        self._read_again()

    def _read_again(self) -> None:
        if self._again:
            self._again = False
            self.reload()

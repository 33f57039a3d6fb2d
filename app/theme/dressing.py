"""Who wears the stylesheet, and how a theme changes without the window standing still.

One stylesheet of the application would be matched anew against every widget there is, hidden pages
and menus included: half a second. Here each part of the window wears its own copy, so that a change
of theme comes in turns of the event loop: what is on the screen first, the rest as time allows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.theme.stylesheet import stylesheet
from app.theme.theme import Theme
from app.widgets.gradually import Gradually

TURN = 0.006
"""A turn of the event loop takes on no further part after this time [s]: one part takes up to
30 ms, and a person feels 50."""


class Skin(QObject):
    """Knows the parts of the window and which theme each of them wears."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._sheet = stylesheet(theme)
        self._worn: WeakKeyDictionary[QWidget, str] = WeakKeyDictionary()
        self._change: Gradually | None = None

    @property
    def changing(self) -> bool:
        """Whether some part still wears the theme before."""
        return self._change is not None and not self._change.done

    def dress(self, *parts: QWidget) -> None:
        """Give widgets, with all that is in them, the present theme and every later one."""
        for part in parts:
            self._worn[part] = ""
            self.ensure(part)

    def ensure(self, part: QWidget) -> None:
        """Give a part the present theme now, if it has not got it yet: it is about to be seen."""
        if self._worn[part] != self._theme.name:
            self._worn[part] = self._theme.name
            part.setStyleSheet(self._sheet)

    def change(self, theme: Theme, on_screen_done: Callable[[], object]) -> None:
        """Change the theme in small turns; `on_screen_done` once all that is visible has it."""
        if self._change is not None:
            self._change.stop()
        self._theme = theme
        self._sheet = stylesheet(theme)
        self._change = Gradually(self._turns(on_screen_done), self)

    def _turns(self, on_screen_done: Callable[[], object]) -> Iterator[None]:
        yield from self._in_turns([part for part in self._worn if part.isVisible()])
        on_screen_done()
        yield
        yield from self._in_turns(list(self._worn))

    def _in_turns(self, parts: Iterable[QWidget]) -> Iterator[None]:
        began = time.perf_counter()
        for part in parts:
            self.ensure(part)
            if time.perf_counter() - began > TURN:
                yield
                began = time.perf_counter()

"""The style sheets of the window's parts, and how a theme changes while the window goes on.

One style sheet of the application would be matched anew against every widget there is, hidden
pages and menus included: half a second. Here each part of the window has its own copy, so that a
change of theme comes in turns of the event loop: what is on the screen first, then the rest.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import cast
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.theme.stylesheet import stylesheet
from app.theme.theme import Theme, Themed, current_theme
from app.widgets.gradually import Gradually

TURN = 0.006
"""A turn of the event loop takes on no further part after this time [s]: one part takes up to
30 ms, and a person feels 50."""


class Styles(QObject):
    """Knows the parts of the window and which theme each of them shows."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sheets: dict[str, str] = {}
        self._shown: WeakKeyDictionary[QWidget, Theme | None] = WeakKeyDictionary()
        self._change: Gradually | None = None

    def add(self, *parts: QWidget) -> None:
        """Give widgets, with all that is in them, the current theme and every later one."""
        for part in parts:
            self._shown[part] = None
            self.ensure(part)

    def ensure(self, part: QWidget) -> None:
        """Give a part the current theme now, if it has not got it yet: it is about to be seen."""
        for _ in self._steps(part):
            pass

    def _steps(self, part: QWidget) -> Iterator[None]:
        """The style sheet of a part, then one `Themed` widget after the other."""
        theme = current_theme()
        if self._shown[part] is theme:
            return
        self._shown[part] = theme
        if theme.name not in self._sheets:
            self._sheets[theme.name] = stylesheet(theme)
        part.setStyleSheet(self._sheets[theme.name])
        for widget in (part, *part.findChildren(cast(type[QWidget], Themed))):
            yield
            if isinstance(widget, Themed):
                widget.apply_theme()

    def change(self, on_screen_done: Callable[[], object]) -> None:
        """Go over to the current theme in turns; `on_screen_done` once all that is visible has."""
        if self._change is not None:
            self._change.stop()
        self._change = Gradually(self._turns(on_screen_done), self)

    def _turns(self, on_screen_done: Callable[[], object]) -> Iterator[None]:
        yield from self._in_turns([part for part in self._shown if part.isVisible()])
        on_screen_done()
        yield
        yield from self._in_turns(list(self._shown))

    def _in_turns(self, parts: Iterable[QWidget]) -> Iterator[None]:
        began = time.perf_counter()
        for part in parts:
            for _ in chain(self._steps(part), (None,)):
                if time.perf_counter() - began > TURN:
                    yield
                    began = time.perf_counter()

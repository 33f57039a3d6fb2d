"""A list of rows that are widgets: the first of them at once, the others when asked for."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from PySide6.QtWidgets import QWidget

from app.widgets.controls import button, column, empty_layout, label

T = TypeVar("T")

SHOWN = 12
"""Rows shown before "Show older" is pressed; each is a row of widgets."""


class LongList(QWidget, Generic[T]):
    """Base of lists of what was made before, newest first; `make_row` makes the row of one item."""

    def __init__(self, when_empty: str) -> None:
        super().__init__()
        self.items: list[T] = []
        """What is listed, in order, the older ones too."""
        self._all = False
        self._empty = label(when_empty, "caption", wrap=True)
        self._lines = column()
        self._more = button("", self._show_all, kind="quiet")
        column(self._empty, self._lines, self._more, inside=self)
        self._more.hide()

    def make_row(self, item: T) -> QWidget:
        """The row of an item."""
        raise NotImplementedError

    def keeps(self, item: T) -> bool:  # noqa: ARG002 — for lists that know better
        """Whether an item is shown however old it is."""
        return False

    def show_items(self, items: Sequence[T]) -> list[T]:
        """List these; returns those that have a row."""
        self.items = list(items)
        empty_layout(self._lines)
        places = enumerate(self.items)
        shown = [item for n, item in places if self._all or n < SHOWN or self.keeps(item)]
        for item in shown:
            self._lines.addWidget(self.make_row(item))
        hidden = len(self.items) - len(shown)
        self._empty.setVisible(not shown)
        self._more.setText(f"Show {hidden} older")
        self._more.setVisible(hidden > 0)
        return shown

    def _show_all(self) -> None:
        self._all = True
        self.show_items(self.items)

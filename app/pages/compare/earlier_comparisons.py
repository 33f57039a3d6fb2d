"""The comparisons that were saved, one line each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.pages.compare.comparisons import Comparison
from app.widgets.controls import button, label
from app.widgets.elided import ElidedLabel

SHOWN = 12
"""Comparisons shown before "Show all" is pressed; each is a row of widgets."""


class EarlierList(QWidget):
    """One line a comparison, newest first; a press shows it again."""

    open_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._buttons: list[tuple[QPushButton, Comparison]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._empty = label("None in this workspace yet.", "caption")
        self._column.addWidget(self._empty)
        self._lines: list[QWidget] = []
        self._given: Sequence[Comparison] = ()
        self._all = False
        self._more = button("", self._show_all, kind="quiet")
        self._more.hide()
        self._column.addWidget(self._more)

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Those listed, in order."""
        return tuple(comparison for _, comparison in self._buttons)

    def show_comparisons(self, comparisons: Sequence[Comparison]) -> None:
        """List these."""
        for line in self._lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines, self._buttons = [], []
        shown = comparisons if self._all else comparisons[:SHOWN]
        for comparison in shown:
            line = self._line(comparison)
            self._lines.append(line)
            self._column.insertWidget(self._column.count() - 1, line)
        self._given = comparisons
        self._empty.setVisible(not comparisons)
        self._more.setText(f"Show {len(comparisons) - len(shown)} older")
        self._more.setVisible(len(shown) < len(comparisons))

    def open_button(self, folder: Path) -> QPushButton:
        """The button that shows the comparison in `folder`. Raises `KeyError` without one."""
        for shown, comparison in self._buttons:
            if comparison.folder == folder:
                return shown
        raise KeyError(folder)

    def _show_all(self) -> None:
        self._all = True
        self.show_comparisons(self._given)

    def _line(self, comparison: Comparison) -> QWidget:
        line = QWidget()
        show = button("Show", kind="small")
        show.setEnabled(comparison.problem is None)
        show.clicked.connect(self._pressed)
        self._buttons.append((show, comparison))
        name = ElidedLabel(comparison.checkpoint or comparison.name)
        name.setToolTip(f"{comparison.checkpoint}\n{comparison.folder}")
        about = label(_about(comparison), "danger" if comparison.problem else "caption", wrap=True)
        about.setToolTip(comparison.problem or "")
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(name)
        texts.addWidget(about)
        across = QHBoxLayout(line)
        across.setContentsMargins(0, 0, 0, 0)
        across.addLayout(texts, 1)
        across.addWidget(show, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def _pressed(self) -> None:
        pressed = self.sender()
        for shown, comparison in self._buttons:
            if shown is pressed:
                self.open_wanted.emit(comparison)


def _about(comparison: Comparison) -> str:
    if comparison.problem is not None:
        return "cannot be read"
    episodes = sum(row.episodes for row in comparison.rows)
    state = "" if comparison.complete else " · stopped early"
    when = datetime.fromisoformat(comparison.created).astimezone()
    return f"{comparison.about} · {episodes:,} episodes · {when:%d %b %H:%M}{state}"

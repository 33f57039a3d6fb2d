"""The numbers of a comparison, one line a mode and noise level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
)

from app.pages.compare.success_curves import SAME, level, noise_of
from app.theme.theme import Themed, current_theme
from app.widgets.controls import configure
from app.widgets.modes import mode_color, mode_title, short_title

if TYPE_CHECKING:
    from core.evaluation import Result

COLUMNS = (
    ("mode", "How actions are chosen"),
    ("σ", "Sensor noise [standard deviations], or image noise [part of a pixel's range]"),
    ("solved", "Starts solved, of those done"),
    ("rate", "Share of starts solved"),
    ("95% interval", "Wilson interval of that share"),
    ("steps", "Median control steps until a solved start was solved"),
)
STRETCHED = 4
"""The widest column gives way first; modes and noise levels are read together with the rest."""


class ResultsTable(QTableWidget, Themed):
    """Cells not begun show a dash; those that still grow are marked."""

    def __init__(self) -> None:
        super().__init__(0, len(COLUMNS))
        self._rows: tuple[Result, ...] = ()
        self._planned = 0
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(STRETCHED, QHeaderView.ResizeMode.Stretch)
        for column, (heading, tip) in enumerate(COLUMNS):
            item = QTableWidgetItem(heading)
            item.setToolTip(tip)
            item.setTextAlignment(_alignment(column))
            self.setHorizontalHeaderItem(column, item)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        configure(
            self,
            showGrid=False,
            editTriggers=QAbstractItemView.EditTrigger.NoEditTriggers,
            selectionBehavior=QAbstractItemView.SelectionBehavior.SelectRows,
            focusPolicy=Qt.FocusPolicy.TabFocus,
        )

    def show_rows(self, rows: Sequence[Result], planned: int) -> None:
        """Show `rows`; `planned` episodes make one complete."""
        self._rows, self._planned = tuple(rows), planned
        self.setRowCount(len(rows))
        noise = noise_of(rows)
        for index, row in enumerate(rows):
            for column, text in enumerate(texts_of(row, level(row, noise), planned)):
                self._set(index, column, text, row)

    def apply_theme(self) -> None:
        self.show_rows(self._rows, self._planned)

    def mark_noise(self, sigma: float) -> None:
        """Select the lines measured at σ."""
        noise = noise_of(self._rows)
        self.clearSelection()
        self.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        for index, row in enumerate(self._rows):
            if abs(level(row, noise) - sigma) < SAME:
                self.selectRow(index)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)

    def _set(self, index: int, column: int, text: str, row: Result) -> None:
        item = QTableWidgetItem(text)
        item.setTextAlignment(_alignment(column))
        item.setToolTip(mode_title(row.mode))
        ink = current_theme().color("text" if row.episodes >= self._planned else "muted")
        item.setForeground(mode_color(row.mode) if column == 0 else ink)
        self.setItem(index, column, item)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter


def texts_of(row: Result, sigma: float, planned: int) -> tuple[str, ...]:
    """The texts of one line, measured at noise `sigma`."""
    if not row.outcomes:
        return (short_title(row.mode), f"{sigma:.2f}", f"0 of {planned}", "–", "–", "–")
    low, high = row.interval
    counted = f"{row.successes} / {row.episodes}"
    if row.episodes < planned:
        counted += f" of {planned}"
    solved = sorted(s for s, good in zip(row.steps, row.outcomes, strict=True) if good)
    return (
        short_title(row.mode),
        f"{sigma:.2f}",
        counted,
        f"{100 * row.rate:.0f} %",
        f"{100 * low:.0f} – {100 * high:.0f} %",
        f"{solved[len(solved) // 2]}" if solved else "–",
    )

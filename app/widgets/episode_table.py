"""Episodes as rows: outcome, task, length, who drove, when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from app.theme import Theme
from core.recording import EpisodeEntry, EpisodeInfo

COLUMNS = ("", "Task", "Length", "Driver", "Recorded")
_WIDTHS = (28, 96, 60, 80)
_Index = QModelIndex | QPersistentModelIndex
OPERATOR_NAMES = {"bc": "BC", "nearest": "nearest", "plan": "planning"}


@dataclass(frozen=True)
class Row:
    """One episode, and whether it may be changed."""

    entry: EpisodeEntry
    """From the library."""
    sample: bool
    """Whether it ships with the program and is read only."""


class _Model(QAbstractTableModel):
    """Rows for a view. Sorted newest first, samples last."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.rows: list[Row] = []

    def show_rows(self, rows: Sequence[Row]) -> None:
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 — Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation == Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return COLUMNS[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = 0) -> Any:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return _text(row, index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(row, index.column())
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(row)
        return None

    def _colour(self, row: Row, column: int) -> Any:
        info = row.entry.info
        if info is None:
            return self.theme.color("danger")
        if column == 0:
            roles = {True: "good", False: "danger", None: "muted"}
            return self.theme.color(roles[info.success])
        return self.theme.color("muted") if column > 2 else None


class EpisodeTable(QTableView):
    """Shows rows and tells which one is chosen."""

    chosen = Signal(object)
    """The chosen `Row`, or None."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = _Model(theme)
        self.setModel(self._model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(32)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setStretchLastSection(True)
        for column, width in enumerate(_WIDTHS):
            header.resizeSection(column, width)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.selectionModel().selectionChanged.connect(self._tell)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown."""
        return tuple(self._model.rows)

    @property
    def current(self) -> Row | None:
        """The chosen row."""
        indexes = self.selectionModel().selectedRows()
        return self._model.rows[indexes[0].row()] if indexes else None

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show other rows; the chosen episode stays chosen if it is among them."""
        before = self.current
        self.selectionModel().blockSignals(True)
        self._model.show_rows(rows)
        if before is not None:
            self.choose(before.entry.identifier)
        self.selectionModel().blockSignals(False)
        now = self.current
        if (now is None) != (before is None):
            self.chosen.emit(now)

    def choose(self, identifier: str) -> bool:
        """Choose an episode by its identifier; False if it is not shown."""
        for number, row in enumerate(self._model.rows):
            if row.entry.identifier == identifier:
                index = self._model.index(number, 0)
                flags = QItemSelectionModel.SelectionFlag
                self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
                self.scrollTo(index)
                return True
        return False

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._model.theme = theme
        self.viewport().update()

    def _tell(self) -> None:
        self.chosen.emit(self.current)


def _text(row: Row, column: int) -> str:
    info = row.entry.info
    if info is None:
        return ("!", "unreadable", "", "", row.entry.path.name)[column]
    sign = {True: "✓", False: "✗", None: "–"}[info.success]
    driver = OPERATOR_NAMES.get(info.operator, info.operator)
    when = "sample" if row.sample else local_time(info)
    return (sign, info.task.replace("_", " "), f"{info.duration:.1f} s", driver, when)[column]


def _tip(row: Row) -> str:
    if row.entry.info is None:
        return row.entry.problem or ""
    word = {True: "success", False: "failure", None: "not labelled"}[row.entry.info.success]
    return f"{row.entry.identifier}\n{word}, {row.entry.info.steps} steps"


def local_time(info: EpisodeInfo) -> str:
    """When it was recorded, in the person's own time: today "21:05", else "23 Nov 2026"."""
    try:
        moment = datetime.fromisoformat(info.created).astimezone()
    except ValueError:
        return info.created
    today = moment.date() == datetime.now().astimezone().date()
    return f"{moment:%H:%M}" if today else f"{moment:%d %b %Y}"

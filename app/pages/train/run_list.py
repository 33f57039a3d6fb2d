"""Earlier trainings: tick one to lay its curves behind the present ones, or go on with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.theme.plots import DASHES, curve_pen
from app.theme.theme import Theme
from app.widgets.elided import ElidedCheckBox
from app.widgets.legend import LineSample
from core.runs import CheckpointEntry

SHOWN = 12
"""Runs shown before "Show all" is pressed; each is a row of widgets."""


class RunList(QWidget):
    """One row for each checkpoint of a task, newest first."""

    overlay_wanted = Signal(object, int)
    """Folder of a run whose curves are to be shown, and its line style."""
    overlay_unwanted = Signal(object)
    """Folder of a run whose curves are no longer to be shown."""
    resume_wanted = Signal(object)
    """A run that stopped early is to go on: its `CheckpointEntry`."""
    removal_wanted = Signal(object)
    """Folder of a run that is to go to the trash."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: dict[Path, _Row] = {}
        self._dashes: dict[Path, int] = {}
        self._may_resume = True
        self._entries: list[CheckpointEntry] = []
        self._all = False
        self._more = QPushButton()
        self._more.setProperty("kind", "quiet")
        self._more.clicked.connect(self._show_all)
        self._more.hide()
        self._empty = QLabel("Nothing has been trained for this task yet.")
        self._empty.setProperty("role", "caption")
        self._empty.setWordWrap(True)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self._column.addWidget(self._empty)
        self._column.addWidget(self._more)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Folders of the listed runs, in order."""
        return tuple(self._rows)

    def row(self, path: Path) -> _Row:
        """The row of one run. Raises `KeyError` if it is not listed."""
        return self._rows[path]

    def show_runs(self, entries: Sequence[CheckpointEntry]) -> None:
        """List these; ticks of runs that are still there stay, those of others are taken back."""
        if list(entries) == self._entries:
            return
        self._entries = list(entries)
        self._make_rows()

    def _make_rows(self) -> None:
        for row in self._rows.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = {}
        shown = [
            entry
            for place, entry in enumerate(self._entries)
            if self._all or place < SHOWN or entry.path in self._dashes
        ]
        for entry in shown:
            row = _Row(entry, self._theme)
            row.set_dash(self._dashes.get(entry.path), self._theme)
            row.may_resume(self._may_resume)
            row.tick.toggled.connect(self._ticked)
            row.resume_button.clicked.connect(self._resume)
            row.remove_button.clicked.connect(self._remove)
            self._column.insertWidget(self._column.count() - 1, row)
            self._rows[entry.path] = row
        for path in [path for path in self._dashes if path not in self._rows]:
            del self._dashes[path]
            self.overlay_unwanted.emit(path)
        self._empty.setVisible(not self._rows)
        hidden = len(self._entries) - len(shown)
        self._more.setText(f"Show {hidden} older")
        self._more.setVisible(hidden > 0)

    def _show_all(self) -> None:
        self._all = True
        self._make_rows()

    def set_may_resume(self, may: bool) -> None:
        """Whether a run could go on now; not while another one is training."""
        self._may_resume = may
        for row in self._rows.values():
            row.may_resume(may)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._theme = theme
        for path, row in self._rows.items():
            row.set_dash(self._dashes.get(path), theme)
            row.set_theme(theme)

    def _ticked(self, ticked: bool) -> None:
        row = _row_of(self.sender())
        path = row.entry.path
        if ticked:
            used = set(self._dashes.values())
            free = [dash for dash in range(len(DASHES)) if dash not in used]
            self._dashes[path] = free[0] if free else len(self._dashes) % len(DASHES)
            self.overlay_wanted.emit(path, self._dashes[path])
        else:
            self._dashes.pop(path, None)
            self.overlay_unwanted.emit(path)
        row.set_dash(self._dashes.get(path), self._theme)

    def _resume(self) -> None:
        self.resume_wanted.emit(_row_of(self.sender()).entry)

    def _remove(self) -> None:
        self.removal_wanted.emit(_row_of(self.sender()).entry.path)


class _Row(QWidget):
    """Name, state and buttons of one run."""

    def __init__(self, entry: CheckpointEntry, theme: Theme) -> None:
        super().__init__()
        self.entry = entry
        self.tick = ElidedCheckBox(entry.name)
        self.tick.setToolTip(f"Lay the curves of {entry.name} behind the present ones")
        self.line = LineSample(curve_pen(theme.color("muted"), 0), 24)
        self.state = QLabel(_state_of(entry))
        self.state.setProperty("role", "danger" if entry.problem else "caption")
        self.state.setWordWrap(True)
        self.state.setToolTip(
            entry.problem or f"{len(entry.episodes)} demonstrations\n{entry.path}"
        )
        self.resume_button = QPushButton("Resume")
        self.resume_button.setProperty("kind", "small")
        self.resume_button.setToolTip("Go on where this training stopped, on the same recordings")
        self.resume_button.setVisible(entry.problem is None and not entry.complete)
        self.remove_button = QToolButton()
        self.remove_button.setProperty("kind", "small")
        self.remove_button.setToolTip("Move this run to the trash")
        self.remove_button.setAccessibleName(f"Move {entry.name} to the trash")
        self.tick.setEnabled(entry.problem is None)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self.tick, 1)
        top.addWidget(self.line)
        top.addWidget(self.resume_button)
        top.addWidget(self.remove_button)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(0)
        grid.setColumnMinimumWidth(0, 24)
        grid.addLayout(top, 0, 0, 1, 2)
        grid.addWidget(self.state, 1, 1)
        grid.setColumnStretch(1, 1)
        self.set_theme(theme)

    def set_dash(self, dash: int | None, theme: Theme) -> None:
        """Show the line style of the overlay, or none."""
        self.tick.blockSignals(True)
        self.tick.setChecked(dash is not None)
        self.tick.blockSignals(False)
        self.line.setVisible(dash is not None)
        if dash is not None:
            self.line.set_pen(curve_pen(theme.color("text"), dash))

    def may_resume(self, may: bool) -> None:
        """Enable what starts or touches a training."""
        self.resume_button.setEnabled(may)
        self.remove_button.setEnabled(may)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icon in the colours of another theme."""
        self.remove_button.setIcon(theme.icon("ph.trash", "muted"))


def _row_of(part: object) -> _Row:
    """The row that one of its buttons belongs to."""
    assert isinstance(part, QWidget)
    row = part.parentWidget()
    assert isinstance(row, _Row)
    return row


def _state_of(entry: CheckpointEntry) -> str:
    if entry.problem is not None:
        return "cannot be read"
    if entry.autosaved:
        state = f"interrupted at {entry.step:,} of {entry.total_steps:,} steps"
    elif entry.complete:
        state = f"{entry.step:,} steps"
    else:
        state = f"stopped at {entry.step:,} of {entry.total_steps:,} steps"
    return " · ".join(part for part in (state, _when(entry.created)) if part)


def _when(created: str) -> str:
    """An ISO 8601 time in the person's own time zone, to the minute; empty if it is none."""
    try:
        return f"{datetime.fromisoformat(created).astimezone():%d %b %H:%M}"
    except ValueError:
        return ""

"""Earlier runs: tick one to draw its curves behind the present ones, or resume it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QPen
from PySide6.QtWidgets import QWidget

from app.theme.theme import current_theme
from app.widgets.controls import button, column, configure, label, row, tool
from app.widgets.elided import ElidedCheckBox
from app.widgets.formats import joined, short_date
from app.widgets.long_list import LongList
from app.widgets.painted import LineSample
from app.widgets.plot import DASHES, curve_pen
from core.runs import CheckpointEntry


class RunList(LongList[CheckpointEntry]):
    """One row for each checkpoint of a task, newest first."""

    overlay_wanted = Signal(object, int)
    """Folder of a run whose curves are to be shown, and its line style."""
    overlay_unwanted = Signal(object)
    """Folder of a run whose curves are no longer to be shown."""
    resume_wanted = Signal(object)
    """A run that stopped early is to go on: its `CheckpointEntry`."""
    removal_wanted = Signal(object)
    """Folder of a run that is to go to the trash."""

    def __init__(self) -> None:
        super().__init__("Nothing has been trained for this task yet.")
        self._rows: dict[Path, RunRow] = {}
        self._dashes: dict[Path, int] = {}
        self._may_resume = True

    @property
    def paths(self) -> tuple[Path, ...]:
        """Folders of the listed runs, in order."""
        return tuple(self._rows)

    def row(self, path: Path) -> RunRow:
        """The row of one run. Raises `KeyError` if it is not listed."""
        return self._rows[path]

    def show_runs(self, entries: Sequence[CheckpointEntry]) -> None:
        """List these; ticks of runs that are still there stay, those of others are taken back."""
        if list(entries) != self.items:
            self.show_items(entries)

    def show_items(self, items: Sequence[CheckpointEntry]) -> list[CheckpointEntry]:
        self._rows = {}
        shown = super().show_items(items)
        for path in [path for path in self._dashes if path not in self._rows]:
            del self._dashes[path]
            self.overlay_unwanted.emit(path)
        return shown

    def keeps(self, item: CheckpointEntry) -> bool:
        return item.path in self._dashes

    def make_row(self, item: CheckpointEntry) -> RunRow:
        made = self._rows[item.path] = RunRow(item)
        made.set_dash(self._dashes.get(item.path))
        made.may_resume(self._may_resume)
        made.tick.toggled.connect(lambda ticked: self._ticked(made, ticked))
        made.resume_button.clicked.connect(lambda: self.resume_wanted.emit(item))
        made.remove_button.clicked.connect(lambda: self.removal_wanted.emit(item.path))
        return made

    def set_may_resume(self, may: bool) -> None:
        """Whether a run could go on now; not while another one is training."""
        self._may_resume = may
        for line in self._rows.values():
            line.may_resume(may)

    def _ticked(self, line: RunRow, ticked: bool) -> None:
        path = line.entry.path
        if ticked:
            used = set(self._dashes.values())
            free = [dash for dash in range(len(DASHES)) if dash not in used]
            self._dashes[path] = free[0] if free else len(self._dashes) % len(DASHES)
            self.overlay_wanted.emit(path, self._dashes[path])
        else:
            self._dashes.pop(path, None)
            self.overlay_unwanted.emit(path)
        line.set_dash(self._dashes.get(path))


class RunRow(QWidget):
    """Name, state and buttons of one run."""

    def __init__(self, entry: CheckpointEntry) -> None:
        super().__init__()
        self.entry = entry
        self._dash = 0
        self.tick = configure(
            ElidedCheckBox(entry.name),
            toolTip=f"Draw the curves of {entry.name} behind the present ones",
        )
        self.tick.setEnabled(entry.problem is None)
        self.line = LineSample(self._pen, 24)
        self.state = configure(
            label(_state_of(entry), "danger" if entry.problem else "caption", wrap=True),
            toolTip=entry.problem or f"{len(entry.episodes)} demonstrations\n{entry.path}",
        )
        self.resume_button = button(
            "Resume",
            kind="small",
            tip="Continue this training where it stopped, on the same recordings",
        )
        self.remove_button = configure(
            tool("ph.trash", "Move this run to the trash", kind="small", role="muted"),
            accessibleName=f"Move {entry.name} to the trash",
        )
        head = row((self.tick, 1), self.line, self.resume_button, self.remove_button)
        column(head, row(self.state, margins=(24, 0, 0, 0)), spacing=0, inside=self)
        # Not before it has a place: it would be a window of its own.
        self.resume_button.setVisible(entry.problem is None and not entry.complete)

    def set_dash(self, dash: int | None) -> None:
        """Show the line style of the overlay, or none."""
        with QSignalBlocker(self.tick):
            self.tick.setChecked(dash is not None)
        self.line.setVisible(dash is not None)
        self._dash = dash or 0
        self.line.update()

    def may_resume(self, may: bool) -> None:
        """Enable what starts or touches a training."""
        self.resume_button.setEnabled(may)
        self.remove_button.setEnabled(may)

    def _pen(self) -> QPen:
        return curve_pen(current_theme().color("text"), self._dash)


def _state_of(entry: CheckpointEntry) -> str:
    if entry.problem is not None:
        return "cannot be read"
    if entry.autosaved:
        state = f"interrupted at {entry.step:,} of {entry.total_steps:,} steps"
    elif entry.complete:
        state = f"{entry.step:,} steps"
    else:
        state = f"stopped at {entry.step:,} of {entry.total_steps:,} steps"
    return joined(state, short_date(entry.created))

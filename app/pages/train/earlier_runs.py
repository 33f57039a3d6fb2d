"""Earlier runs of the Train page: their curves behind the present ones, and the trash."""

import shutil
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from app.pages.train.plots import TrainPlots
from app.pages.train.run_list import RunList
from app.studio import Studio
from core.data import make_folder
from core.runs.curves import Points, RunCurves


class EarlierRuns(QObject):
    """Reads, hides and removes runs as the list asks for it, off the GUI thread."""

    changed = Signal()
    """A run was removed or restored; the list is to be made again."""

    def __init__(
        self, studio: Studio, runs: RunList, plots: TrainPlots, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._studio = studio
        self._runs = runs
        self._plots = plots
        runs.overlay_wanted.connect(self.show_run)
        runs.overlay_unwanted.connect(plots.remove_overlay)
        runs.removal_wanted.connect(self.remove_run)

    @Slot(object, int)
    def show_run(self, folder: Path, dash: int) -> None:
        """Draw the curves of a run behind the present ones."""
        self._studio.background(
            lambda: RunCurves.read(folder).points(),
            lambda curves: self._read(folder, dash, curves),
        )

    @Slot(object)
    def remove_run(self, folder: Path) -> None:
        """Move a run to the trash; the toast brings it back."""
        trash = self._studio.workspace.root / "trash"

        def moved(kept: Path) -> None:
            self._emit_change(folder)
            self._studio.toast(
                f"{folder.name} is in the trash", "Undo", lambda: self._restore(kept, folder)
            )

        self._studio.background(lambda: _move_to(trash, folder), moved)

    def _restore(self, kept: Path, folder: Path) -> None:
        self._studio.background(
            lambda: shutil.move(kept, folder), lambda _: self._emit_change(folder)
        )

    def _emit_change(self, folder: Path) -> None:
        self.changed.emit()
        self._studio.checkpoint_saved.emit(folder)  # lists of checkpoints look again

    def _read(self, folder: Path, dash: int, curves: dict[str, Points]) -> None:
        if not curves:
            self._studio.toast(f"{folder.name} has no curves: it was not trained here")
            return
        if folder not in self._runs.paths or not self._runs.row(folder).tick.isChecked():
            return  # no longer wanted
        if not self._plots.losses.names:
            self._plots.header.say("Earlier runs", "muted", "", "Press Train for a new one.")
        self._plots.set_overlay(folder, dash, curves)


def _move_to(trash: Path, folder: Path) -> Path:
    """Move `folder` into the trash under a free name; returns where it lies."""
    make_folder(trash)
    kept, number = trash / folder.name, 2
    while kept.exists():
        kept = trash / f"{folder.name}-{number}"
        number += 1
    shutil.move(folder, kept)
    return kept

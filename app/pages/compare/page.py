"""The Compare page: which way of choosing actions stands up to sensor noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl, Slot
from PySide6.QtGui import QDesktopServices

from app.jobs.background import Listing
from app.jobs.evaluation import EvaluationWorker
from app.jobs.evaluation_protocol import EvaluationRequest
from app.pages.compare.center import CompareCenter
from app.pages.compare.comparisons import Comparison, export, list_comparisons, new_folder
from app.pages.compare.panel import ComparePanel
from app.pages.compare.success_curves import level
from app.studio import Studio
from app.widgets.formats import format_seconds
from app.widgets.modes import mode_title
from app.window.page import Page
from core.data import make_folder
from core.runs import CheckpointEntry, list_checkpoints
from core.simulation.disturbances import IMAGE_NOISE

if TYPE_CHECKING:
    from core.evaluation import Progress, Result

LARGEST_BATCH = 100
"""Simulations that run at once at most."""
FILLS = 4
"""Each curve point fills in about this many steps."""


class ComparePage(Page):
    """Owns the evaluation process and the comparison that is shown."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.worker: EvaluationWorker | None = None
        """The present evaluation."""
        self.comparison: Comparison | None = None
        """What is shown; None before the first."""
        self._planned = 0
        self._failed = False
        self.listing = Listing(studio.background_work, self._reader, self._listed, self)
        self._wanted: Path | None = None
        self.panel = self.controls = ComparePanel()
        self.center = self.view = CompareCenter(studio.noise)
        self._connect()
        self._say_what_to_do()
        self.listing.reload()

    @property
    def running(self) -> bool:
        """Whether an evaluation is going on."""
        return self.worker is not None

    # the window

    def activated(self) -> None:
        """Look again at what lies in the workspace."""
        self.listing.reload()

    def close_down(self) -> None:
        """End an evaluation, keeping what is complete, and wait for its process."""
        if self.worker is not None:
            self.worker.close_down()

    # what there is

    def _reader(self) -> Callable[[], tuple[list[CheckpointEntry], list[Comparison]]]:
        root = self.studio.workspace.root
        return lambda: (
            list_checkpoints(root / "checkpoints"),
            list_comparisons(root / "comparisons"),
        )

    @Slot(object)
    def choose_checkpoint(self, folder: Path) -> None:
        """A checkpoint is new: offer it, and choose it if nothing runs."""
        if not self.running:
            self._wanted = folder
        self.listing.reload()

    def _listed(self, found: tuple[list[CheckpointEntry], list[Comparison]]) -> None:
        entries, comparisons = found
        self.controls.show_checkpoints(entries)
        if self._wanted is not None and not self.running:
            self.controls.choose(self._wanted)
            self._wanted = None
        self.controls.earlier.show_items(comparisons)
        self._say_what_to_do()

    def _say_what_to_do(self) -> None:
        if self.controls.entry is None:
            self.view.empty.say(
                "No policy to compare yet",
                "Train one first; a minute and a half is enough for the default preset.",
                "Go to Train",
            )
        else:
            self.view.empty.say(
                "Nothing compared yet",
                "Press Run. All modes get the same starts and the same noise, and the curves fill "
                "in here. Or show an earlier comparison.",
            )

    # running

    @Slot()
    def run(self) -> None:
        """Evaluate the chosen checkpoint."""
        entry = self.controls.entry
        if self.running or entry is None or not self.controls.run_button.isEnabled():
            return
        folder = new_folder(self.studio.workspace.root / "comparisons", entry.name)
        try:
            make_folder(folder.parent)
        except OSError as error:
            self.studio.fail(str(error))
            return
        episodes = self.controls.episodes
        request = EvaluationRequest(
            entry.path,
            self.controls.modes(),
            self.controls.conditions(),
            episodes,
            folder,
            batch=min(LARGEST_BATCH, max(10, -(-episodes // FILLS))),
            observer=self.controls.observer_box.isChecked(),
        )
        self._planned = episodes
        self._failed = False
        self.comparison = Comparison(folder, checkpoint=entry.name, task=entry.task)
        self.worker = EvaluationWorker(request, self)
        self.worker.progressed.connect(self._progressed)
        self.worker.saved.connect(self._saved)
        self.worker.failed.connect(self._evaluation_failed)
        self.worker.ended.connect(self._ended)
        self.controls.set_running(True)
        self.controls.set_exportable(False)
        self._show_rows(())
        self.view.header.show_progress(0.0)
        self.view.header.say("Starting", "accent", entry.name, "Loading the policy …")
        self.worker.start()

    @Slot()
    def stop(self) -> None:
        """End the evaluation; what is complete stays and is saved."""
        if self.worker is not None:
            self.worker.stop()
            self.controls.stop_button.setEnabled(False)
            self.view.header.say(
                "Stopping",
                "muted",
                self.worker.request.checkpoint.name,
                "Saving what is complete …",
            )

    @Slot(object)
    def _progressed(self, progress: Progress) -> None:
        assert self.worker is not None and self.comparison is not None
        shown = self.comparison
        if shown.rows != progress.results:
            self.comparison = replace(shown, complete=progress.finished, rows=progress.results)
            self._show_rows(progress.results)
            self.controls.set_exportable(any(row.outcomes for row in progress.results))
        header = self.view.header
        total = self._planned * len(progress.results)
        done = sum(row.episodes for row in progress.results) + progress.running
        left = format_seconds(progress.seconds_left)
        header.show_progress(progress.fraction, f"{done:,} / {total:,}", left)
        sigma = level(progress.result, self.view.noise)
        now = f"{mode_title(progress.mode)} at σ {sigma:g}"
        if progress.running:
            now += f": {progress.running_solved} of {progress.running} solved in this batch"
        if self.controls.stop_button.isEnabled():
            header.say("Evaluating", "accent", shown.checkpoint, now)
        self.studio.status.emit("evaluation", f"comparing {100 * progress.fraction:.0f}%", "strong")

    @Slot(object)
    def _saved(self, folder: Path) -> None:
        self.studio.toast(f"Comparison saved as {folder.name}", "Open folder", self.open_folder)

    @Slot(str, str)
    def _evaluation_failed(self, text: str, details: str) -> None:
        self._failed = True
        self.studio.fail(text, details)

    @Slot(bool)
    def _ended(self, finished: bool) -> None:
        assert self.worker is not None and self.comparison is not None
        name = self.worker.request.checkpoint.name
        self.worker.deleteLater()
        self.worker = None
        self.controls.set_running(False)
        self.studio.status.emit("evaluation", "", "")
        header = self.view.header
        header.set_number("time left", "–")
        task = self.comparison.about
        if self._failed:
            header.say("Failed", "danger", name, "See the message above.")
        elif finished:
            header.say("Finished", "good", name, f"{task} · {self._planned} starts in every cell")
        else:
            header.say("Stopped", "warning", name, f"{task} · complete batches are kept")
        self.listing.reload()

    # noise

    @Slot(float)
    def _choose_noise(self, sigma: float) -> None:
        """Choose the noise over which the curves are drawn, for the whole program."""
        images = self.view.noise == IMAGE_NOISE
        (self.studio.set_image_noise if images else self.studio.set_noise)(sigma)

    @Slot()
    def _show_noise(self) -> None:
        images = self.view.noise == IMAGE_NOISE
        self.view.set_noise(self.studio.image_noise if images else self.studio.noise)

    def _show_rows(self, rows: Sequence[Result]) -> None:
        before = self.view.noise
        self.view.show_rows(rows, self._planned)
        if self.view.noise != before:
            self._show_noise()

    # results

    @Slot(object)
    def show_comparison(self, comparison: Comparison) -> None:
        """Show an earlier comparison."""
        if self.running:
            return
        self.comparison = comparison
        self._planned = max((row.episodes for row in comparison.rows), default=0)
        self._show_rows(comparison.rows)
        self.controls.set_exportable(bool(comparison.rows))
        state, role = ("Finished", "good") if comparison.complete else ("Stopped", "warning")
        episodes = sum(row.episodes for row in comparison.rows)
        task = comparison.about
        self.view.header.say(state, role, comparison.checkpoint, f"{task} · {comparison.name}")
        self.view.header.show_progress(1.0, f"{episodes:,}", "–")

    @Slot(str)
    def export(self, kind: str) -> None:
        """Write what is shown as "csv", "png" or "json"; drawing goes on in the background."""
        comparison = self.comparison
        if comparison is None:
            return
        self.studio.background(
            lambda: export(comparison, kind),
            lambda path: self.studio.toast(
                f"Saved {path.name} in {path.parent.name}", "Open folder", self.open_folder
            ),
        )

    @Slot()
    def open_folder(self) -> None:
        """Show the files of the comparison in the system's file manager."""
        if self.comparison is None:
            return
        folder = self.comparison.folder
        if not folder.exists():
            self.studio.toast("It is saved when the evaluation ends; export it to have it now")
        elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.studio.toast(f"The files are in {folder}")

    # inside

    def _connect(self) -> None:
        controls, studio = self.controls, self.studio
        controls.run_button.clicked.connect(self.run)
        controls.stop_button.clicked.connect(self.stop)
        controls.export_wanted.connect(self.export)
        controls.folder_button.clicked.connect(self.open_folder)
        controls.earlier.open_wanted.connect(self.show_comparison)
        self.view.empty.pressed.connect(lambda: studio.go_to("Train"))
        self.view.slider.changed.connect(self._choose_noise)
        self.view.plot.noise_chosen.connect(self._choose_noise)
        studio.noise_changed.connect(self._show_noise)
        studio.image_noise_changed.connect(self._show_noise)
        studio.checkpoint_saved.connect(self.choose_checkpoint)
        studio.workspace_changed.connect(self.listing.reload)

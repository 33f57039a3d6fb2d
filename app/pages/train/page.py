"""The Train page: from demonstrations to a policy, with every curve of the way."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Slot

from app.jobs.background import Listing
from app.jobs.preload import wake_torch
from app.jobs.training import (
    CANCELLED,
    DIVERGED,
    FAILED,
    FINISHED,
    Outcome,
    TrainingWorker,
)
from app.pages.train.earlier_runs import EarlierRuns
from app.pages.train.episode_picker import SAMPLES, WORKSPACE, Candidate
from app.pages.train.needs import DrawingProgress, Needs
from app.pages.train.panel import ENDING, IDLE, PAUSED, PREPARING, TRAINING, TrainPanel
from app.pages.train.plots import TrainPlots
from app.studio import Studio
from app.widgets.formats import task_title
from app.window.page import Page
from core.data import Library, RecordingError, Selection, Selections, make_folder
from core.runs import (
    AUTOSAVE,
    CheckpointEntry,
    Prepared,
    TrainingRequest,
    list_checkpoints,
)
from core.runs.needs import fitting

if TYPE_CHECKING:
    from core.learning import Report

FEWEST_EPISODES = 2
"""Fewer demonstrations give no spread to standardise by."""
PHASES = {
    "representation": "Training the representation",
    "head": "Training the policy head",
    "observer": "Training the latent observer",
}
"""What the state says in the phases that have a part of their own to train."""
NAME_PATTERN = re.compile(r"[\w][\w .+-]*")
"""Names of runs are names of folders on every system."""


Listed = tuple[list[Candidate], list[CheckpointEntry], list[Selection]]


class TrainPage(Page):
    """Owns the training thread and the lists of recordings and runs that it shows."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(studio)
        self.state = IDLE
        """One of `IDLE`, `PREPARING`, `TRAINING`, `PAUSED`, `ENDING`."""
        self._worker: TrainingWorker | None = None
        self._prepared: Prepared | None = None
        self._phase = ""
        self._libraries: dict[str, Library] = {}
        self.listing = Listing(studio.background_work, self._reader, self._listed, self)
        self._runs: list[CheckpointEntry] = []
        self.panel = self.controls = TrainPanel()
        self.center = self.plots = TrainPlots()
        self.needs = Needs(studio.background_work, self.controls.say_needs)
        self.earlier = EarlierRuns(studio, self.controls.runs, self.plots, self)
        self._connect()
        self._choice_changed()
        self.listing.reload()
        studio.background(wake_torch, self.controls.set_devices)

    # the window

    def activated(self) -> None:
        """Look again at what lies in the workspace; other programs may have added to it."""
        self.listing.reload()

    def close_down(self) -> None:
        """End a training, keeping what it has learned, and wait for its thread."""
        if self._worker is not None:
            self._worker.close()
            self._worker.wait()

    # what there is

    def _reader(self) -> Callable[[], Listed]:
        root = self.studio.workspace.root
        folders = {WORKSPACE: root / "episodes", SAMPLES: self.studio.samples.folder}
        for source, folder in folders.items():  # a library remembers what it has read already
            if source not in self._libraries or self._libraries[source].folder != folder:
                self._libraries[source] = Library(folder, read_only=True)
        libraries = dict(self._libraries)
        return lambda: _list_all(libraries, root)

    def _listed(self, found: Listed) -> None:
        candidates, self._runs, selections = found
        self.controls.picker.show_candidates(candidates, selections)
        self.controls.picker.follow(self.studio.driven_task)

    @Slot()
    def _choice_changed(self) -> None:
        picker = self.controls.picker
        present = self._worker.request.folder.name if self._worker is not None else ""
        runs = [run for run in self._runs if run.name.removesuffix(AUTOSAVE) != present]
        self.controls.runs.show_runs([run for run in runs if run.task == picker.task])
        chosen = picker.described(picker.selected())
        count = len(self.needs.look(chosen, self.controls.encoder).recordings)
        missing = f"Training needs at least {FEWEST_EPISODES} demonstrations; {count} can be used"
        self.controls.set_ready("" if count >= FEWEST_EPISODES else missing)
        self.controls.name_line.setPlaceholderText(self._free_name())
        self._say_what_to_do(count)

    def _say_what_to_do(self, count: int) -> None:
        """`count` demonstrations can be used."""
        if not count and not self.controls.picker.task:
            self.plots.empty.say(
                "Nothing to learn from yet",
                "Record ten demonstrations on the Record page; they will be listed here.",
                "Go to Record",
            )
        elif count < FEWEST_EPISODES:
            self.plots.empty.say(
                "Choose demonstrations",
                "Tick a source on the right, or record more on the Record page.",
                "Go to Record",
            )
        else:
            self.plots.empty.say(
                f"Ready to train on {count} demonstrations",
                "Press Train; the curves appear here. Tick an earlier run to see its curves.",
            )

    # starting

    @Slot()
    def train(self) -> None:
        """Train on the chosen demonstrations with the chosen settings."""
        controls, picker = self.controls, self.controls.picker
        name = controls.name_line.text().strip() or self._free_name()
        folder = self.studio.workspace.root / "checkpoints" / name
        problem = ""
        recordings, held_out = map(self._fitting, (picker.selected(), picker.held_out()))
        if len(recordings) < FEWEST_EPISODES:
            problem = f"Choose at least {FEWEST_EPISODES} demonstrations of one task."
        elif not NAME_PATTERN.fullmatch(name) or name.endswith((".", " ", AUTOSAVE)):
            problem = f"'{name}' cannot be the name of a folder; use letters, digits and dashes."
        elif folder.exists():
            problem = f"There is a run called {name} already; choose another name."
        try:
            configuration = controls.configuration()
        except ValueError as error:
            problem = f"{error}"
        controls.say_problem(problem)
        if problem or self.state != IDLE:
            return
        self._start(
            TrainingRequest(
                recordings,
                folder,
                configuration,
                preset=controls.preset,
                device=controls.device,
                held_out=held_out,
            )
        )

    def _fitting(self, files: Sequence[Path]) -> tuple[Path, ...]:
        """Those of `files` that the policy can learn from."""
        described = self.controls.picker.described(files)
        return tuple(path for path, _ in fitting(described, self.controls.encoder).recordings)

    @Slot(object)
    def resume_run(self, entry: CheckpointEntry) -> None:
        """Resume a training that stopped early, on the recordings it began with."""
        if self.state != IDLE:
            return
        recordings = [path for path in entry.recordings if path.exists()]
        missing: list[str] = []
        if tuple(path.stem for path in recordings) != entry.episodes:
            recordings, missing = self.controls.picker.files_of(entry.episodes)
        if missing:
            listed = ", ".join(missing[:3]) + (" and more" if len(missing) > 3 else "")
            self.studio.fail(
                f"{entry.name} cannot be resumed: {len(missing)} recordings are no longer there "
                f"({listed}). Restore them, or start a new training.",
                "\n".join(missing),
            )
            return
        self.controls.say_problem("")
        folder = entry.path.with_name(entry.name.removesuffix(AUTOSAVE))
        self._start(
            TrainingRequest(
                tuple(recordings),
                folder,
                preset=entry.preset,
                device=self.controls.device,
                resume=entry.path,
                held_out=tuple(path for path in entry.held_out if path.exists()),
            )
        )

    def _start(self, request: TrainingRequest) -> None:
        try:
            make_folder(request.folder.parent)
        except OSError as error:
            self.studio.fail(str(error))
            return
        self._worker = TrainingWorker(request, self)
        self._worker.images_made.connect(self._images_made)
        self._worker.prepared.connect(self._training_prepared)
        self._worker.reported.connect(self._training_reported)
        self._worker.unsaved.connect(self._training_unsaved)
        self._worker.ended.connect(self._training_ended)
        self._prepared = None
        self._phase = ""
        self.plots.begin()
        self._drawing = DrawingProgress(self.plots.header, request.folder.name)
        self._enter(PREPARING)
        self._worker.start()

    # steering

    @Slot()
    def pause_or_resume(self) -> None:
        """Hold the training, or let it go on."""
        if self._worker is not None and self.state in (TRAINING, PAUSED):
            pause = self.state == TRAINING
            (self._worker.running.clear if pause else self._worker.running.set)()
            self._enter(PAUSED if pause else TRAINING)

    @Slot()
    def stop_and_keep(self) -> None:
        """End the training and keep what it has learned."""
        if self._worker is not None and self.state in (TRAINING, PAUSED):
            self._worker.stop.set()
            self._enter(ENDING)

    @Slot()
    def cancel(self) -> None:
        """End the training and keep nothing."""
        if self._worker is not None:
            self._worker.cancel()
            self._enter(ENDING)

    @Slot()
    def _save_again(self) -> None:
        self.plots.save_notice.say("")
        if self._worker is not None:
            self._worker.save_again.set()

    # what the thread reports

    @Slot(int, int)
    def _images_made(self, done: int, total: int) -> None:
        if self.state == PREPARING:
            self._drawing.show(done, total)

    @Slot(object)
    def _training_prepared(self, prepared: Prepared) -> None:
        self._prepared = prepared
        self.plots.show_curves(prepared.curves)
        self.plots.latent_map.set_pictures(prepared.pictures)
        if self.state == PREPARING:
            self._enter(TRAINING)

    @Slot(object)
    def _training_reported(self, report: Report) -> None:
        if report.phase != self._phase:
            self._phase = report.phase
            self._enter(self.state)
        self.plots.show_report(report)
        self.studio.status.emit(
            "training", f"training {100 * report.step / report.total_steps:.0f}%", "strong"
        )

    @Slot(str)
    def _training_unsaved(self, why: str) -> None:
        self.plots.save_notice.say(
            f"The checkpoint is not on disk yet: {why}. Free some space, then save again."
        )
        self._enter(ENDING)
        self.controls.cancel_button.setEnabled(True)

    @Slot(object)
    def _training_ended(self, outcome: Outcome) -> None:
        worker = self._worker
        assert worker is not None
        worker.wait()
        worker.deleteLater()
        self._worker = None
        self._enter(IDLE)
        self.plots.save_notice.say("")
        self.studio.status.emit("training", "", "")
        self.controls.name_line.clear()
        if outcome.folder is not None:
            self.studio.checkpoint_saved.emit(outcome.folder)
        self._show_outcome(worker.request.folder.name, outcome)
        self.listing.reload()

    def _show_outcome(self, name: str, outcome: Outcome) -> None:
        header, studio = self.plots.header, self.studio
        header.set_number("time left", "–")
        at = f"step {outcome.step:,} of {outcome.total_steps:,}"
        if self._phase == "representation":
            at += ", before the policy head was trained: resume it to train the head"
        if outcome.kind == FINISHED and outcome.folder is not None:
            header.say("Finished", "good", name, f"{self._what()} · policy ready")
            studio.toast(f"Policy {name} is ready", "Deploy", lambda: studio.go_to("Deploy"))
        elif outcome.kind == CANCELLED:
            header.say("Cancelled", "muted", name, "Nothing was kept.")
            studio.toast("Training cancelled")
        elif outcome.kind == FAILED:
            header.say("Failed", "danger", name, "See the message above.")
            studio.fail(outcome.text, outcome.details)
        elif outcome.kind == DIVERGED:
            kept = f" They are in {name}." if outcome.folder is not None else ""
            header.say("Diverged", "danger", name, f"Last good weights: {at}")
            studio.fail(outcome.text + kept, outcome.details)
        elif outcome.folder is None:
            header.say(
                "Not kept", "danger", name, f"Stopped at {at}; it could not be written to the disk."
            )
        else:
            header.say("Stopped", "warning", name, f"{self._what()} · kept at {at}")
            studio.toast(f"{name} kept at {at}", "Deploy", lambda: studio.go_to("Deploy"))

    # inside

    def _connect(self) -> None:
        controls, studio = self.controls, self.studio
        controls.picker.changed.connect(self._choice_changed)
        controls.train_button.clicked.connect(self.train)
        controls.pause_button.clicked.connect(self.pause_or_resume)
        controls.stop_button.clicked.connect(self.stop_and_keep)
        controls.cancel_button.clicked.connect(self.cancel)
        controls.runs.resume_wanted.connect(self.resume_run)
        self.earlier.changed.connect(self.listing.reload)
        controls.preset_box.activated.connect(self._choice_changed)
        controls.senses_changed.connect(self._choice_changed)
        self.plots.save_notice.pressed.connect(self._save_again)
        self.plots.empty.pressed.connect(lambda: studio.go_to("Record"))
        studio.episodes_changed.connect(self.listing.reload)

    def _enter(self, state: str) -> None:
        self.state = state
        self.controls.set_state(state)
        name = self._worker.request.folder.name if self._worker is not None else ""
        said = {
            PREPARING: ("Reading demonstrations", "accent"),
            TRAINING: (PHASES.get(self._phase, "Training"), "accent"),
            PAUSED: ("Paused", "warning"),
            ENDING: ("Ending", "muted"),
        }
        if state in said:
            self.plots.header.say(*said[state], name, self._what())
        if state == PAUSED:
            self.studio.status.emit("training", "training paused", "warning")

    def _what(self) -> str:
        prepared = self._prepared
        if prepared is None:
            return ""
        return (
            f"{task_title(prepared.task)} · {prepared.episodes} demonstrations · "
            f"{prepared.steps:,} control steps · {prepared.device.upper()}"
        )

    def _free_name(self) -> str:
        """`task-preset-n` with the first n that is free."""
        folder = self.studio.workspace.root / "checkpoints"
        taken = {run.name.removesuffix(AUTOSAVE) for run in self._runs}
        stem = f"{self.controls.picker.task or 'run'}-{self.controls.preset}"
        names = (f"{stem}-{number}" for number in itertools.count(1))
        return next(name for name in names if name not in taken and not (folder / name).exists())


def _list_all(libraries: dict[str, Library], root: Path) -> Listed:
    """Recordings of all libraries, the runs, and the selections that can be read."""
    candidates = [
        Candidate(source, entry)
        for source, library in libraries.items()
        for entry in library.entries()
    ]
    kept, selections = Selections(root), []
    for name in kept.names():
        with contextlib.suppress(RecordingError):  # the Episodes page says what is wrong
            selections.append(kept.load(name))
    return candidates, list_checkpoints(root / "checkpoints"), selections

"""One training from recordings to a checkpoint: what the command line, the window and the
benchmark drive."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

from core.data import (
    Episode,
    EpisodeInfo,
    StorageError,
    perturbed_replays,
    read_episode,
    require_writable,
)
from core.files import free_path
from core.learning import (
    CheckpointError,
    Dataset,
    Demonstrations,
    LearningError,
    Report,
    Trainer,
    get_preset,
    held_out_demonstrations,
    imitation_losses,
    load_checkpoint,
    measured_rows,
    reports,
    resume_training,
    row_pictures,
    save_checkpoint,
)
from core.learning.senses import histories_for, image_senses, senses_of
from core.runs.curves import RunCurves
from core.runs.images import with_images
from core.runs.listing import AUTOSAVE, autosave_folder
from core.runs.request import Prepared, TrainingRequest, TrainingStoppedError
from core.runs.sensing import Sensing, recorded_sizes, sensing_of

AUTOSAVE_EVERY = 60.0
"""Time between two copies kept against a crash of the program [s]."""
AUTOSAVE_SHARE = 0.02
"""Largest share of the time that such copies take."""


class TrainingRun:
    """Owns a trainer, its curves, and the folders it is kept in. Used on one thread."""

    def __init__(self, trainer: Trainer, folder: Path) -> None:
        """A run of `trainer` that is kept in `folder`, an absolute path."""
        self.trainer = trainer
        self.folder = folder
        self.curves = RunCurves()
        self.provenance: dict[str, Any] = {}
        """Where the data came from; goes into the description of the checkpoint."""
        self.sensing = Sensing(())
        """What the policy senses, and what of the recordings is left out or changed."""
        self.warnings: tuple[str, ...] = ()
        """What is odd about the recordings."""
        self._autosave = autosave_folder(folder)
        self._held_out: Demonstrations | None = None
        self._resumed: Path | None = None

    @classmethod
    def prepare(
        cls,
        request: TrainingRequest,
        should_stop: Event | None = None,
        on_images: Callable[[int, int], None] | None = None,
    ) -> TrainingRun:
        """Read the demonstrations, draw the images that are missing, and make the trainer.

        `on_images` gets the number of episodes whose images are there, and that of all. Raises
        `TrainingStoppedError` when stopped, and the errors of reading recordings, of images, of
        data sets, of configurations and of checkpoints, each a sentence.
        """
        require_writable(request.folder.parent)  # before minutes of training
        episodes = _read(request.recordings, should_stop)
        configuration = request.configuration or get_preset("default")
        if request.resume is not None:
            configuration = load_checkpoint(request.resume).configuration
        training = configuration.training
        encoder = configuration.encoder
        if training.replays and image_senses(encoder.senses):
            raise LearningError(
                "perturbed replays have no images; set training.replays to 0 for a policy that "
                "senses cameras"
            )
        replays = perturbed_replays(episodes, training.replays, training.seed)
        infos = [episode.info for episode in episodes]
        warnings: list[str] = []
        episodes = with_images(
            episodes, request.recordings, encoder, on_images, should_stop, warnings.append
        )
        histories = histories_for(encoder.senses)
        dataset = Dataset.from_episodes(episodes, replays=replays, histories=histories)
        if request.resume is None:
            run = cls(Trainer(dataset, configuration, request.device), request.folder)
        else:
            run = cls(resume_training(request.resume, dataset, request.device), request.folder)
            run.curves = RunCurves.read(request.resume)
            run._resumed = request.resume
        run.warnings = tuple(warnings)
        run.sensing = _sensing(run.trainer, infos, request.recordings)
        if request.held_out:
            others = _read(request.held_out, should_stop)
            others = with_images(others, request.held_out, encoder, None, should_stop)
            run._held_out = held_out_demonstrations(run.trainer.dataset, others)
        run.provenance = {
            "preset": request.preset,
            "recordings": [str(path) for path in request.recordings],
            "held_out": [str(path) for path in request.held_out],
            "model_hash": sorted({episode.info.model_hash for episode in episodes}),
            "operators": sorted({episode.info.operator for episode in episodes}),
        }
        return run

    @property
    def prepared(self) -> Prepared:
        """What was found before the first update."""
        demonstrations = self.trainer.dataset.demonstrations
        return Prepared(
            task=self.trainer.dataset.spec.task,
            episodes=len(demonstrations),
            steps=sum(demonstrations.lengths),
            device=str(self.trainer.device),
            curves=self.curves.points(),
            pictures=row_pictures(self.trainer, measured_rows(self.trainer)[0]),
            sensing=self.sensing,
            warnings=self.warnings,
        )

    def train(
        self,
        on_report: Callable[[Report], None],
        *,
        should_stop: Event | None = None,
        running: Event | None = None,
        report_every: float = 0.05,
        autosave: bool = True,
    ) -> None:
        """Train to the end; `on_report` gets a report every `report_every` [s], the first at once.

        `should_stop` ends it after the present update, a cleared `running` pauses it. With
        `autosave` the run is kept against a crash once a minute. Raises `DivergedError` after the
        last good weights were put back, so that they can be saved.
        """
        autosave_due = time.monotonic() + AUTOSAVE_EVERY
        for report in reports(
            self.trainer, should_stop=should_stop, running=running, report_every=report_every
        ):
            if report.measures is not None and self._held_out is not None:
                losses = imitation_losses(self.trainer.model, self._held_out)
                report = replace(report, held_out=losses)
            self.curves.add(report)
            on_report(report)
            began = time.monotonic()
            if autosave and began > autosave_due:
                self.autosave()
                took = time.monotonic() - began  # images take seconds to encode
                autosave_due = began + max(AUTOSAVE_EVERY, took / AUTOSAVE_SHARE)

    def save(self) -> Path:
        """Write checkpoint and curves to the run's folder; returns it.

        A folder of that name (a resumed run's own) is replaced by two renames. Raises
        `CheckpointError` or `StorageError`; the run can then be saved again.
        """
        self._write(self.folder)
        for left in {self._resumed, self._autosave}:
            if left is not None and left != self.folder and left.name.endswith(AUTOSAVE):
                shutil.rmtree(left, ignore_errors=True)
        return self.folder

    def autosave(self) -> None:
        """Keep the run against a crash. A disk that refuses is reported at the end, not now."""
        with contextlib.suppress(CheckpointError, StorageError):
            self._write(self._autosave)

    def discard(self) -> None:
        """Remove what was kept against a crash: the training was cancelled."""
        if self._autosave != self._resumed:
            shutil.rmtree(self._autosave, ignore_errors=True)

    def _write(self, folder: Path) -> None:
        if not folder.exists():
            save_checkpoint(folder, self.trainer, self.provenance)
            self.curves.write(folder)
            return
        new = free_path(folder.with_name(f"{folder.name}.step-{self.trainer.step}"))
        old = free_path(folder.with_name(f".{folder.name}.before-step-{self.trainer.step}"))
        save_checkpoint(new, self.trainer, self.provenance)
        self.curves.write(new)
        try:
            folder.rename(old)  # a kill between these lines leaves both, under names that tell
            new.rename(folder)
        except OSError as error:
            raise CheckpointError(
                folder,
                f"could not be replaced ({error.strerror or error}); the new one is in {new}",
            ) from error
        shutil.rmtree(old, ignore_errors=True)


def _sensing(trainer: Trainer, infos: Sequence[EpisodeInfo], files: Sequence[Path]) -> Sensing:
    """What the policy of `trainer` senses of recordings, whose descriptions are `infos`."""
    spec = trainer.model.spec
    recorded = [field.name for field in spec.sensed_images if field.rendering == 0]
    encoded = senses_of(trainer.dataset.spec, trainer.configuration.encoder).all
    return sensing_of(spec, encoded, infos, recorded_sizes(files, recorded))


def _read(files: Sequence[Path], should_stop: Event | None) -> list[Episode]:
    episodes = []
    for path in files:
        if should_stop is not None and should_stop.is_set():
            raise TrainingStoppedError
        episodes.append(read_episode(path, images=False))
    return episodes

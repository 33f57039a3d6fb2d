"""One training from recordings to a checkpoint, without Qt: what the training thread works on."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from app.jobs.checkpoints import AUTOSAVE
from app.jobs.preload import lasting
from app.jobs.run_curves import Points, RunCurves
from core.data import (
    Episode,
    StorageError,
    perturbed_replays,
    read_episode,
    require_writable,
)

if TYPE_CHECKING:
    from core.learning import Configuration, Dataset, Demonstrations, Report, Trainer

AUTOSAVE_EVERY = 60.0
"""Time between two copies kept against a crash of the program [s]."""


@dataclass(frozen=True)
class TrainingPlan:
    """What to train on, how, and where it goes."""

    recordings: tuple[Path, ...]
    """Files of the demonstrations, in order."""
    folder: Path
    """The checkpoint that will be there at the end."""
    configuration: Configuration | None = None
    """Settings; None when a run is resumed, which brings its own."""
    preset: str = ""
    """Name of the preset the settings began from."""
    device: str = "auto"
    """auto, cpu or cuda."""
    resume: Path | None = None
    """Checkpoint whose training goes on; None for a new one."""
    held_out: tuple[Path, ...] = ()
    """Files of demonstrations to validate on, which are not trained on."""


@dataclass(frozen=True)
class Prepared:
    """What a training found before its first update. Immutable; crosses threads."""

    task: str
    """Task of the demonstrations."""
    episodes: int
    """Number of demonstrations."""
    steps: int
    """Control steps in them."""
    device: str
    """Where it computes."""
    step: int
    """Updates done already, when it is resumed."""
    total_steps: int
    """Updates planned."""
    curves: dict[str, Points]
    """Curves up to here, when it is resumed."""


class TrainingStoppedError(Exception):
    """The person stopped while the demonstrations were still being read."""


class TrainingRun:
    """Owns a trainer, its curves, and the folders it is kept in. Used on one thread."""

    def __init__(self, plan: TrainingPlan) -> None:
        self.plan = plan
        self.curves = RunCurves()
        self._trainer: Trainer | None = None
        self._held_out: Demonstrations | None = None
        self._provenance: dict[str, Any] = {}
        self._autosaved_at = time.monotonic()

    @property
    def trainer(self) -> Trainer:
        """The trainer; there once `prepare` has returned."""
        assert self._trainer is not None, "prepare() comes first"
        return self._trainer

    @property
    def autosave_folder(self) -> Path:
        """Where the run is kept against a crash while it goes on."""
        return self.plan.folder.with_name(f"{self.plan.folder.name}{AUTOSAVE}")

    def prepare(self, should_stop: Event) -> Prepared:
        """Read the demonstrations and make the trainer.

        Raises `TrainingStoppedError` when stopped, and the errors of reading recordings, of
        data sets, of configurations and of checkpoints, each a sentence.
        """
        from core.learning import (
            Configuration,
            Dataset,
            Trainer,
            held_out_demonstrations,
            load_checkpoint,
            resume_training,
        )

        warm_up()
        plan = self.plan
        require_writable(plan.folder.parent)  # before minutes of training
        episodes = _read(plan.recordings, should_stop)
        configuration = plan.configuration or Configuration()
        if plan.resume is not None:
            configuration = load_checkpoint(plan.resume).configuration
        training = configuration.training
        replays = perturbed_replays(episodes, training.replays, training.seed)
        dataset: Dataset = Dataset.from_episodes(episodes, replays=replays)
        if plan.resume is not None:
            self._trainer = resume_training(plan.resume, dataset, plan.device)
            self.curves = RunCurves.read(plan.resume)
        else:
            self._trainer = Trainer(dataset, plan.configuration, plan.device)
        if plan.held_out:
            others = _read(plan.held_out, should_stop)
            self._held_out = held_out_demonstrations(self._trainer.dataset, others)
        self._provenance = _provenance(plan, episodes)
        self._autosaved_at = time.monotonic()
        return Prepared(
            task=dataset.space.task,
            episodes=len(episodes),
            steps=sum(len(episode.actions) for episode in episodes),
            device=str(self._trainer.device),
            step=self._trainer.step,
            total_steps=self._trainer.total_steps,
            curves=self.curves.points(),
        )

    def train(
        self, should_stop: Event, running: Event, report_every: float, told: Callable[[Report], Any]
    ) -> None:
        """Train to the end or until stopped; `told` gets each report. Raises `DivergedError`."""
        from core.learning import imitation_losses, reports

        for report in reports(
            self.trainer, should_stop=should_stop, running=running, report_every=report_every
        ):
            if report.measures is not None and self._held_out is not None:
                losses = imitation_losses(self.trainer.model, self._held_out)
                report = replace(report, held_out=losses)
            self.curves.add(report)
            told(report)
            if time.monotonic() - self._autosaved_at > AUTOSAVE_EVERY:
                self.autosave()

    def save(self) -> Path:
        """Write checkpoint and curves to the planned folder; returns it.

        A folder of that name (a resumed run's own) is replaced by two renames. Raises
        `CheckpointError` or `StorageError`; the run can then be saved again.
        """
        folder = self._write(self.plan.folder)
        for left in {self.plan.resume, self.autosave_folder}:
            if left is not None and left != folder and left.name.endswith(AUTOSAVE):
                shutil.rmtree(left, ignore_errors=True)
        return folder

    def autosave(self) -> None:
        """Keep the run against a crash. A disk that refuses is told at the end, not now."""
        from core.learning import CheckpointError

        try:
            self._write(self.autosave_folder)
        except (CheckpointError, StorageError):
            pass
        finally:
            self._autosaved_at = time.monotonic()

    def discard(self) -> None:
        """Remove what was kept against a crash: the training was cancelled."""
        if self.autosave_folder != self.plan.resume:
            shutil.rmtree(self.autosave_folder, ignore_errors=True)

    def _write(self, folder: Path) -> Path:
        from core.learning import CheckpointError, save_checkpoint

        if not folder.exists():
            save_checkpoint(folder, self.trainer, self._provenance)
            self.curves.write(folder)
            return folder
        new = _absent(folder.with_name(f"{folder.name}.step-{self.trainer.step}"))
        old = _absent(folder.with_name(f".{folder.name}.before-step-{self.trainer.step}"))
        save_checkpoint(new, self.trainer, self._provenance)
        try:
            self.curves.write(new)
            folder.rename(old)  # a kill between these lines leaves both, under names that tell
            new.rename(folder)
        except OSError as error:
            raise CheckpointError(
                folder,
                f"could not be replaced ({error.strerror or error}); the new one is in {new}",
            ) from error
        shutil.rmtree(old, ignore_errors=True)
        return folder


def warm_up() -> None:
    """Let torch do its first update, which takes a second or two when everything is cold.

    Called in the background when the window has come up, so that Train answers at once. One
    torch thread per process: with another core busy, two are many times slower than one.
    """
    import torch

    torch.set_num_threads(1)
    unit = torch.nn.GRU(4, 4, batch_first=True)
    optimizer = torch.optim.Adam(unit.parameters(), fused=True)
    unit(torch.zeros(2, 3, 4))[0].square().mean().backward()
    torch.nn.utils.clip_grad_norm_(unit.parameters(), 1.0, foreach=True)
    optimizer.step()
    torch.linalg.eigh(torch.eye(4, dtype=torch.float64))


def wake_torch() -> tuple[str, ...]:
    """Warm up, and return the names of the graphics cards that can be computed on."""
    import torch

    with lasting():
        warm_up()
    return tuple(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))


def _read(files: Sequence[Path], should_stop: Event) -> list[Episode]:
    episodes = []
    for path in files:
        if should_stop.is_set():
            raise TrainingStoppedError
        episodes.append(read_episode(path, images=False))
    return episodes


def _provenance(plan: TrainingPlan, episodes: Sequence[Episode]) -> dict[str, Any]:
    return {
        "preset": plan.preset,
        "recordings": [str(path) for path in plan.recordings],
        "held_out": [str(path) for path in plan.held_out],
        "model_hash": sorted({episode.info.model_hash for episode in episodes}),
        "operators": sorted({episode.info.operator for episode in episodes}),
    }


def _absent(path: Path) -> Path:
    """`path`, or the same with a number where something lies there already."""
    found, number = path, 2
    while found.exists():
        found = path.with_name(f"{path.name}-{number}")
        number += 1
    return found

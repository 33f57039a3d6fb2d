"""Does the work of one cell: demonstrations, training, evaluations."""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.benchmark.cell import Cell, Trial
from core.benchmark.demonstrations import images_of, scripted_demonstrations
from core.data import perturbed_replays, software_versions
from core.evaluation import Condition, evaluate
from core.evaluation.provenance import machine
from core.learning import (
    Checkpoint,
    CheckpointError,
    Dataset,
    EncoderConfiguration,
    Report,
    Trainer,
    load_checkpoint,
    measure_representation,
)
from core.learning.senses import histories_for, image_senses
from core.policies import MODES
from core.runs.run import TrainingRun

OnProgress = Callable[[float, str], None]
"""Gets the share that is done and what is under way."""

TRAINING_COST = 60.0
"""What a training costs, about [s]: for the time left only."""
COURSES = 64
"""Courses that latent planning imagines in the tables. A policy imagines 16 by default, which had
the same outcome in each of 150 trials (docs/BENCHMARKS.md)."""
TRAINING_FILE = "training.safetensors"
"""The part of a checkpoint that only resuming needs."""


@dataclass(frozen=True)
class DemonstrationJob:
    """Make the demonstrations of a task for a training seed, so that no two cells have to."""

    task: str
    """Name of the task."""
    seed: int
    """Training seed."""
    count: int
    """Number of demonstrations."""

    @property
    def name(self) -> str:
        """What progress calls it."""
        return f"demonstrations of {self.task}, seed {self.seed}"

    @property
    def cost(self) -> float:
        """About how long it takes [s]."""
        return 0.15 * self.count

    def run(self, cache: Path, on_progress: OnProgress) -> dict[str, Any]:
        """Make what is missing and check that it can be learned from; the answer is empty."""
        wanted = (cache, self.task, self.seed, self.count)
        episodes = scripted_demonstrations(*wanted, lambda s: on_progress(s, "demonstrating"))
        Dataset.from_episodes(episodes)
        return {}


def checkpoint_folder(cache: Path, cell: Cell) -> Path:
    """Where the checkpoint of `cell` is under `cache`, once it has been trained."""
    return cache / "checkpoints" / cell.training.digest


@dataclass(frozen=True)
class CellJob:
    """Train a cell, or take its checkpoint, and run the trials that are missing."""

    cell: Cell
    """What to train."""
    trials: tuple[Trial, ...]
    """What to run."""
    again: bool = False
    """Whether to train even if there is a checkpoint."""

    @property
    def name(self) -> str:
        """What progress calls it."""
        return self.cell.name

    @property
    def cost(self) -> float:
        """About how long it takes [s]."""
        return TRAINING_COST + sum(_cost(trial) for trial in self.trials)

    def run(self, cache: Path, on_progress: OnProgress) -> dict[str, Any]:
        """The record of the cell, as values for JSON; see :mod:`core.benchmark.store`."""
        share = TRAINING_COST / self.cost
        checkpoint = self._trained(cache, lambda done, note: on_progress(share * done, note))
        results = _evaluated(
            checkpoint, self.trials, lambda d, note: on_progress(share + (1 - share) * d, note)
        )
        return {
            "cell": self.cell.name,
            "quick": self.cell.quick,
            "training": checkpoint.provenance["benchmark"],
            "trials": results,
        }

    def _trained(self, cache: Path, on_progress: OnProgress) -> Checkpoint:
        """The checkpoint of the cell, from the cache if it is there."""
        folder = checkpoint_folder(cache, self.cell)
        if folder.exists() and not self.again:
            with contextlib.suppress(CheckpointError):  # damaged or of another version: made again
                return load_checkpoint(folder)
        shutil.rmtree(folder, ignore_errors=True)
        building = folder.with_name(f"{folder.name}.{os.getpid()}")
        shutil.rmtree(building, ignore_errors=True)
        train(self.cell, cache, building, on_progress)
        (building / TRAINING_FILE).unlink()  # half of its size, and no one resumes it
        try:
            building.rename(folder)
        except OSError:  # another process was faster, with the same weights
            shutil.rmtree(building, ignore_errors=True)
        return load_checkpoint(folder)


def train(cell: Cell, cache: Path, folder: Path, on_progress: OnProgress) -> None:
    """Train `cell` into the new `folder`; the record of the training goes into its provenance.

    Raises what the demonstrations, the dataset and a diverging training raise.
    """
    began = time.perf_counter()
    on_progress(0.0, "reading demonstrations")
    replays, encoder = cell.configuration.training.replays, cell.configuration.encoder
    if not image_senses(encoder.senses):
        encoder = EncoderConfiguration()  # nothing else of it matters to the data
    dataset = _dataset(cache, cell.task, cell.seed, cell.demonstrations, replays, encoder)
    prepared = time.perf_counter()
    run = TrainingRun(Trainer(dataset, cell.configuration, "cpu"), folder)
    losses: dict[str, float] = {}

    def on_report(report: Report) -> None:
        nonlocal losses
        on_progress(report.step / report.total_steps, report.phase)
        losses = report.losses

    run.train(on_report, report_every=1.0, autosave=False)
    trained = time.perf_counter()
    learned = Checkpoint.from_trainer(run.trainer)
    measures = measure_representation(
        learned.model, learned.demonstrations, episodes=cell.demonstrations
    )
    record = cell.training.to_dict()
    record["data"] |= {
        "fingerprint": dataset.demonstrations.fingerprint(),
        "control_steps": int(dataset.demonstrations.observations.shape[0]),
    }
    run.provenance["benchmark"] = record | {
        "updates": run.trainer.total_steps,
        "losses": losses,
        "measures": asdict(measures),
        "seconds": {
            "preparation": round(prepared - began, 3),
            "training": round(trained - prepared, 3),
        },
        **_circumstances(),
    }
    run.save()


@lru_cache(maxsize=16)
def _dataset(
    cache: Path, task: str, seed: int, count: int, replays: int, encoder: EncoderConfiguration
) -> Dataset:
    """The demonstrations as tensors, which are never written to. A process uses the same ones for
    every method, and reading a hundred files takes a second."""
    episodes = scripted_demonstrations(cache, task, seed, count)
    copies = perturbed_replays(episodes, replays, seed)
    shown = images_of(cache, task, seed, episodes, encoder)
    return Dataset.from_episodes(shown, replays=copies, histories=histories_for(encoder.senses))


def _evaluated(
    checkpoint: Checkpoint, trials: Sequence[Trial], on_progress: OnProgress
) -> list[dict[str, Any]]:
    """The results of `trials`. Those of one mode and the same starts share worlds and policies."""
    results: list[dict[str, Any]] = []
    total, done = sum(_cost(trial) for trial in trials) or 1.0, 0.0
    groups: dict[Trial, list[Trial]] = {}
    for trial in trials:
        groups.setdefault(replace(trial, condition=Condition()), []).append(trial)
    for alike, together in groups.items():
        cost = sum(_cost(trial) for trial in together)
        began = time.perf_counter()
        for progress in evaluate(
            checkpoint,
            [alike.mode],
            (),
            alike.episodes,
            conditions=[trial.condition for trial in together],
            first_seed=alike.first_seed,
            horizon=alike.horizon,
            batch=alike.episodes,
            threads=1,
            observer=alike.observer,
            options={alike.mode: _options(alike)},
        ):
            on_progress((done + cost * progress.fraction) / total, alike.mode)
        seconds = (time.perf_counter() - began) / len(together)
        done += cost
        for trial in together:
            (result,) = (r for r in progress.results if r.condition == trial.condition)
            results.append(
                {
                    "versions": trial.versions,
                    **trial.to_dict(),
                    "successes": result.successes,
                    "outcomes": "".join("01"[outcome] for outcome in result.outcomes),
                    "steps": list(result.steps),
                    "seconds": round(seconds, 3),
                    **_circumstances(),
                }
            )
    return results


def _options(trial: Trial) -> dict[str, Any]:
    """What the policy of a trial is told besides its checkpoint."""
    options: dict[str, Any] = {} if trial.decay is None else {"decay": trial.decay}
    return options | ({"samples": COURSES} if trial.mode == "plan" else {})


def _cost(trial: Trial) -> float:
    return MODES[trial.mode].trial_cost * trial.episodes / 200


def _circumstances() -> dict[str, Any]:
    """When, with which software, and on which machine."""
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "software": software_versions(),
        "machine": machine(),
    }

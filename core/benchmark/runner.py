"""Runs the cells that are missing, and keeps each one as it is finished."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.benchmark.cell import Cell, Trial
from core.benchmark.cluster import RayWorkers
from core.benchmark.execution import CellJob, DemonstrationJob, checkpoint_folder
from core.benchmark.store import Store
from core.benchmark.tables import Wanted
from core.benchmark.workers import Job, LocalWorkers
from core.evaluation.clock import Clock
from core.learning import CheckpointError, load_checkpoint


@dataclass(frozen=True)
class Schedule:
    """What has to be done for the cells that are wanted."""

    jobs: tuple[Job, ...]
    """Demonstrations first, then cells; cells that train the same thing share a job."""
    cells: Mapping[Job, tuple[Cell, ...]]
    """Which cells a job is for."""
    wanted: int
    """Number of cells that are wanted."""
    there: int
    """How many of them have all their results already."""


@dataclass(frozen=True)
class State:
    """How far a benchmark is."""

    done: int
    """Jobs that are finished."""
    total: int
    """Jobs in all."""
    share: float
    """Share of the work that is done, 0 to 1."""
    seconds_left: float | None
    """Estimated time left [s]; None while nothing is known."""
    note: str
    """What was heard last."""
    failure: str | None = None
    """A job that has just failed, and why."""


def make_schedule(wanted: Wanted, store: Store, cache: Path, *, again: bool = False) -> Schedule:
    """What is missing from `store`; everything, with `again`.

    A training on another processor gives other weights. So a cell that has to be trained once
    more, because `cache` does not hold the checkpoint that it was measured with, is measured again
    in all that it has been measured in: what one cell says is of one training.

    Raises :class:`core.benchmark.DamagedResultError`, and what a configuration that cannot be
    used raises.
    """
    together: dict[str, list[Cell]] = {}
    trials: dict[str, dict[Trial, None]] = {}
    there = 0
    # one seed after the other: what is there first is a whole table, with fewer seeds
    for cell, asked in sorted(wanted.items(), key=lambda item: item[0].seed):
        missing = tuple(asked) if again else store.missing(cell, asked)
        if not missing:
            there += 1
            continue
        if again or not store.is_of(cell, _training(cache, cell)):
            missing = (*missing, *store.trials(cell))
        together.setdefault(cell.training.digest, []).append(cell)
        trials.setdefault(cell.training.digest, {}).update(dict.fromkeys(missing))
    cells: dict[Job, tuple[Cell, ...]] = {
        CellJob(group[0], tuple(trials[digest]), again): tuple(group)
        for digest, group in together.items()
    }
    most: dict[tuple[str, int], int] = {}
    for cell in (group[0] for group in cells.values()):
        place = (cell.task, cell.seed)
        most[place] = max(cell.demonstrations, most.get(place, 0))
    first = [DemonstrationJob(task, seed, count) for (task, seed), count in most.items()]
    return Schedule((*first, *cells), {**dict.fromkeys(first, ()), **cells}, len(wanted), there)


def run(
    schedule: Schedule,
    store: Store,
    workers: LocalWorkers | RayWorkers,
    stop: threading.Event,
    command_of: Callable[[Cell], str],
) -> Iterator[State]:
    """Do the jobs of `schedule` and keep what they give, yielding how far it is.

    A cell is on disk once the state that counts it has been given. After `stop` is set, the jobs
    that run are given up. Raises :class:`core.data.StorageError` if the disk refuses.
    """
    clock = Clock({job: job.cost for job in schedule.jobs})
    done = 0
    for event in workers.run(schedule.jobs, stop):
        job, failure, note = event.job, None, f"{event.job.name}: {event.note}"
        clock.advance(job, 1.0 if event.finished else event.share)
        done += event.finished
        if event.failure is not None:
            failure = note = f"{job.name} failed: {event.failure}"
        elif event.answer is not None:
            note = f"{job.name} done"
            for cell in schedule.cells[job]:
                store.keep(cell, event.answer, command_of(cell))
        yield State(done, len(schedule.jobs), clock.fraction, clock.seconds_left, note, failure)


def _training(cache: Path, cell: Cell) -> dict[str, Any] | None:
    """The record of the training whose checkpoint is in `cache`, if there is one."""
    try:
        record: dict[str, Any] = load_checkpoint(checkpoint_folder(cache, cell)).provenance[
            "benchmark"
        ]
    except (CheckpointError, KeyError):
        return None
    return record

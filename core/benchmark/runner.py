"""Runs the cells that are missing, and keeps each one as it is finished."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from core.benchmark.cell import Cell, Trial
from core.benchmark.execution import CellJob, DemonstrationJob, checkpoint_folder
from core.benchmark.store import Store
from core.benchmark.workers import Event, Job
from core.learning import CheckpointError, load_checkpoint

Wanted = Mapping[Cell, Sequence[Trial]]
"""The trials that are wanted of each cell."""


class Workers(Protocol):
    """Something that does jobs beside each other."""

    count: int
    """How many at a time."""

    def run(self, jobs: Sequence[Job], stop: threading.Event) -> Iterator[Event]:
        """Do `jobs`, telling what happens."""


@dataclass(frozen=True)
class Plan:
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


@dataclass
class _Forecast:
    """Time left, from what the jobs so far took beside what they were thought to cost."""

    total: float
    began: float = field(default_factory=time.perf_counter)
    finished: float = 0.0
    running: dict[Job, float] = field(default_factory=dict)

    @property
    def share(self) -> float:
        partly = sum(share * job.cost for job, share in self.running.items())
        return min(1.0, (self.finished + partly) / self.total)

    @property
    def seconds_left(self) -> float | None:
        share = self.share
        if share < 0.01:
            return None
        return (time.perf_counter() - self.began) * (1.0 - share) / share


def plan(wanted: Wanted, store: Store, cache: Path, *, again: bool = False) -> Plan:
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
    return Plan((*first, *cells), {**dict.fromkeys(first, ()), **cells}, len(wanted), there)


def run(
    plan: Plan,
    store: Store,
    workers: Workers,
    stop: threading.Event,
    command_of: Callable[[Cell], str],
) -> Iterator[State]:
    """Do the jobs of `plan` and keep what they give, telling how far it is.

    A cell is on disk once the state that counts it has been given. After `stop` is set, the jobs
    that run are given up. Raises :class:`core.data.StorageError` if the disk refuses.
    """
    forecast = _Forecast(sum(job.cost for job in plan.jobs) or 1.0)
    done = 0
    for event in workers.run(plan.jobs, stop):
        job, failure, note = event.job, None, f"{event.job.name}: {event.note}"
        if event.answer is None and event.failure is None:
            forecast.running[job] = event.share
        else:
            done += 1
            forecast.running.pop(job, None)
            forecast.finished += job.cost
            note = f"{job.name} done"
            if event.failure is not None:
                failure = note = f"{job.name} failed: {event.failure}"
            else:
                _keep(plan.cells[job], event.answer, store, command_of)
        yield State(done, len(plan.jobs), forecast.share, forecast.seconds_left, note, failure)


def _training(cache: Path, cell: Cell) -> dict[str, Any] | None:
    """The record of the training whose checkpoint is in `cache`, if there is one."""
    try:
        record: dict[str, Any] = load_checkpoint(checkpoint_folder(cache, cell)).provenance[
            "benchmark"
        ]
    except (CheckpointError, KeyError):
        return None
    return record


def _keep(
    cells: Sequence[Cell],
    answer: dict[str, Any] | None,
    store: Store,
    command_of: Callable[[Cell], str],
) -> None:
    for cell in cells:
        assert answer is not None
        store.keep(cell, answer, command_of(cell))

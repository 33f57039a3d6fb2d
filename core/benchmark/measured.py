"""Tables with numbers in them: rates, intervals, and who solved what the other did not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from core.benchmark.cell import Cell
from core.benchmark.store import Store
from core.benchmark.tables import Column, Line, Scope, Section, Table, cells_of, together, wanted
from core.evaluation import PairedDifference, bootstrap_mean, mcnemar, wilson

OF_PREDICTIONS = ("action_sensitivity", "prediction_error")
"""Measures of a representation that say nothing where nobody learned to predict."""
RESAMPLES = 2000
"""Resamples of an interval: its ends are then known to a tenth of its width."""


@dataclass(frozen=True)
class Comparison:
    """A line and its baseline on the same starts, with the same seed of training."""

    seeds: tuple[PairedDifference, ...]
    """By training seed; "first" is the line, "second" the baseline."""
    difference: float
    """Difference of the rates, over all seeds that both have."""
    low: float
    """Lower end of its 95% interval, the same seeds and starts being drawn for both."""
    high: float
    """Upper end."""

    @property
    def won(self) -> int:
        """Starts that only the line solved."""
        return sum(seed.only_first for seed in self.seeds)

    @property
    def lost(self) -> int:
        """Starts that only the baseline solved."""
        return sum(seed.only_second for seed in self.seeds)


@dataclass(frozen=True)
class Entry:
    """One number of a table."""

    value: float
    """Success rate in [0, 1], or a measure of the representation."""
    low: float
    """Lower end of its 95% interval; of a measure the smallest of the seeds."""
    high: float
    """Upper end, or the largest of the seeds."""
    seeds: int
    """Training seeds that it is computed from."""
    comparison: Comparison | None = None
    """With the baseline of its section."""


@dataclass(frozen=True)
class MeasuredLine:
    """A line and what was measured of it."""

    line: Line
    """The line."""
    entries: tuple[Entry | None, ...]
    """By column; None where cells are missing."""
    training_seconds: float | None
    """Mean time of a training [s]."""
    updates: int | None
    """Updates of a training."""


@dataclass(frozen=True)
class MeasuredSection:
    """A section and the lines of which something is known."""

    section: Section
    """The section."""
    lines: tuple[MeasuredLine, ...]
    """In the order of the section."""
    scope: Scope
    """Its size: as many training seeds as most of its entries have."""


@dataclass(frozen=True)
class MeasuredTable:
    """A table with its numbers."""

    table: Table
    """The table."""
    sections: tuple[MeasuredSection, ...]
    """Its sections, those of which nothing is known included."""
    complete: Mapping[Cell, bool]
    """Every cell that they need at their sizes, and whether it has all that is asked of it."""

    @property
    def known(self) -> tuple[MeasuredSection, ...]:
        """The sections of which something is known."""
        return tuple(section for section in self.sections if section.lines)

    @property
    def seeds(self) -> int:
        """Training seeds of the section that has most."""
        return max(section.scope.seeds for section in self.known)


Outcomes = dict[tuple[str, int], np.ndarray]
"""{(task, seed): (starts,) bool}"""


def measure(table: Table, store: Store, scope: Scope) -> MeasuredTable:
    """Fill `table` with what the store has. `scope` is the largest that the table may have.

    A section gets as many training seeds as most of its entries have: tables share cells, and where
    only some rows were trained again with other seeds, the mean of three trainings would stand
    next to single ones.
    """
    sections = []
    for section in table.sections:
        for seeds in range(scope.seeds, 0, -1):
            measured = _section(section, store, replace(scope, seeds=seeds))
            counts = [e.seeds for line in measured.lines for e in line.entries if e is not None]
            if not counts or 2 * counts.count(seeds) > len(counts):
                break
        sections.append(measured)
    parts = (wanted(replace(table, sections=(e.section,)), e.scope.whole) for e in sections)
    asked = together(parts).items()
    complete = {cell: not store.missing(cell, trials) for cell, trials in asked}
    return MeasuredTable(table, tuple(sections), complete)


def _section(section: Section, store: Store, scope: Scope) -> MeasuredSection:
    base = section.baseline
    baselines = [
        {} if base is None else _outcomes(base, column, store, scope) for column in section.columns
    ]
    lines = (_line(line, section, baselines, store, scope) for line in section.lines)
    known = (line for line in lines if any(entry is not None for entry in line.entries))
    return MeasuredSection(section, tuple(known), scope)


def compare(outcomes: Outcomes, baseline: Outcomes) -> Comparison | None:
    """What lies between two lines, over the training seeds that both have for all their common
    tasks."""
    tasks = sorted({task for task, _ in outcomes} & {task for task, _ in baseline})
    seeds = sorted(
        seed
        for seed in {seed for _, seed in outcomes}
        if all((task, seed) in outcomes and (task, seed) in baseline for task in tasks)
    )
    if not tasks or not seeds:
        return None
    pairs = [
        (
            np.concatenate([outcomes[task, seed] for task in tasks]),
            np.concatenate([baseline[task, seed] for task in tasks]),
        )
        for seed in seeds
    ]
    changes = [
        np.stack([outcomes[task, s].astype(float) - baseline[task, s] for s in seeds])
        for task in tasks
    ]
    return Comparison(
        tuple(mcnemar(mine.tolist(), theirs.tolist()) for mine, theirs in pairs),
        float(np.mean([change.mean() for change in changes])),
        *bootstrap_mean(changes, resamples=RESAMPLES),
    )


def _line(
    line: Line, section: Section, baselines: Sequence[Outcomes], store: Store, scope: Scope
) -> MeasuredLine:
    entries: list[Entry | None] = []
    for column, baseline in zip(section.columns, baselines, strict=True):
        if column.measure is not None:
            entries.append(_representation(line, column, store, scope))
            continue
        outcomes = _outcomes(line, column, store, scope)
        entries.append(_entry(outcomes, column, {} if line == section.baseline else baseline))
    trainings = [
        record.values["training"]
        for column in section.columns
        for cell, _ in cells_of(line, column, scope)
        if (record := store.record(cell)) is not None
    ]
    seconds = [training["seconds"]["training"] for training in trainings]
    return MeasuredLine(
        line,
        tuple(entries),
        float(np.mean(seconds)) if seconds else None,
        trainings[0]["updates"] if trainings else None,
    )


def _outcomes(line: Line, column: Column, store: Store, scope: Scope) -> Outcomes:
    return {
        (cell.task, cell.seed): result.outcomes
        for cell, trial in cells_of(line, column, scope)
        if (result := store.result(cell, trial)) is not None
    }


def _entry(outcomes: Outcomes, column: Column, baseline: Outcomes) -> Entry | None:
    """The mean over the tasks, from the seeds that have them all; None if there is none."""
    seeds = [
        seed
        for seed in sorted({seed for _, seed in outcomes})
        if all((task, seed) in outcomes for task in column.tasks)
    ]
    if not seeds:
        return None
    groups = [np.stack([outcomes[task, seed] for seed in seeds]) for task in column.tasks]
    value = float(np.mean([group.mean() for group in groups]))
    return Entry(value, *_interval(groups), len(seeds), compare(outcomes, baseline))


def _interval(groups: Sequence[np.ndarray]) -> tuple[float, float]:
    """95% interval of the mean over the tasks; `groups` (seeds, starts) by task.

    Wilson's where there is one task and one training, and where all outcomes are alike, which
    says nothing to a bootstrap: all trainings together then count as one.
    """
    alone = len(groups) == 1 and len(groups[0]) == 1
    if alone or len(np.unique(groups)) == 1:
        first = np.concatenate([group[0] for group in groups])
        return wilson(int(first.sum()), first.size)
    return bootstrap_mean(groups, resamples=RESAMPLES)


def _representation(line: Line, column: Column, store: Store, scope: Scope) -> Entry | None:
    """A measure of the representation: mean over tasks and seeds, and its range over seeds."""
    by_seed: dict[int, list[float]] = {}
    path = str(column.measure).split(".")
    for cell, _ in cells_of(line, column, scope):
        record = store.record(cell)
        if record is not None and (path[0] not in OF_PREDICTIONS or _predicts(cell)):
            measures = record.values["training"]["measures"]
            value = reduce(lambda values, key: values[key], path, measures)
            by_seed.setdefault(cell.seed, []).append(float(value))
    means = [np.mean(v) for v in by_seed.values() if len(v) == len(column.tasks)]
    if not means:
        return None
    return Entry(float(np.mean(means)), float(min(means)), float(max(means)), len(means))


def _predicts(cell: Cell) -> bool:
    """Whether the predictor had a loss; else it is as it was initialised."""
    loss = cell.configuration.loss
    return bool(loss.prediction or loss.next_observation)

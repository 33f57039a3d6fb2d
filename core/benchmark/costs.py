"""What the tables took: time of trainings and trials, from the records of their cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from core.benchmark.cell import Cell, Trial
from core.benchmark.contents import make_table
from core.benchmark.differences import markdown_rows
from core.benchmark.store import Store
from core.benchmark.tables import Scope, together, wanted

CORES = 2
"""Cores that the whole is given for, one process on each."""


@dataclass(frozen=True)
class Cost:
    """Time that the cells of a table took, by the clock of processes with one thread each."""

    title: str
    """Name of the table."""
    training: tuple[float, ...]
    """By cell, its training [s]."""
    cells: tuple[float, ...]
    """By cell, its training and those of its trials that the table asks for [s]."""


def costs_of(tables: Sequence[str], store: Store, scope: Scope) -> tuple[Cost, ...]:
    """What is known of the cells of each table, and of all, each cell and trial once.

    Tables share cells: what all took is less than the sum.
    """
    asked = {name: wanted(make_table(name, scope), scope) for name in tables}
    asked["all, each cell once"] = together(asked.values())
    return tuple(_cost(title, cells, store) for title, cells in asked.items())


def _cost(title: str, asked: Mapping[Cell, Sequence[Trial]], store: Store) -> Cost:
    training, cells = [], []
    for cell, trials in asked.items():
        results = [store.result(cell, trial) for trial in trials]
        seconds = [result.seconds for result in results if result is not None]
        if seconds and (record := store.record(cell)) is not None:
            training.append(sum(record.values["training"]["seconds"].values()))
            cells.append(training[-1] + sum(seconds))
    return Cost(title, tuple(training), tuple(cells))


def costs_markdown(costs: Sequence[Cost]) -> str:
    """A heading and a table of the `costs` of which something is known."""
    heads = (
        "table",
        "cells",
        "a training, median and longest [s]",
        "a cell, median and longest [s]",
        "all [h]",
        f"on {CORES} cores [min]",
    )
    rows = [
        (
            cost.title,
            str(len(cost.cells)),
            _spread(cost.training),
            _spread(cost.cells),
            f"{sum(cost.cells) / 3600:.1f}",
            f"{sum(cost.cells) / 60 / CORES:.0f}",
        )
        for cost in costs
        if cost.cells
    ]
    about = (
        "By the clock, on the machines named in the cells, one process with one thread for each "
        "core; a machine that was put to sleep, or had other work, is in it. A cell is counted "
        "with the trials that the table asks for."
    )
    return "\n".join(["## Time", "", about, "", *markdown_rows(heads, rows), ""])


def _spread(seconds: Sequence[float]) -> str:
    return f"{median(seconds):.0f}, {max(seconds):.0f}"

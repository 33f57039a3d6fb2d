"""What the tables took: time of trainings and trials, from the records of their cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from core.benchmark.cell import Cell, Trial
from core.benchmark.contents import make_table
from core.benchmark.store import Store
from core.benchmark.tables import Scope, wanted

CORES = 2
"""Cores that the whole is told for, one process on each."""


@dataclass(frozen=True)
class Cost:
    """Time that the cells of a table took, by the clock of processes with one thread each."""

    title: str
    """Name of the table."""
    training: tuple[float, ...]
    """By cell, its training [s]."""
    trials: tuple[float, ...]
    """By cell, those of its trials that the table asks for [s]."""

    @property
    def cells(self) -> tuple[float, ...]:
        """By cell, training and trials together [s]."""
        return tuple(a + b for a, b in zip(self.training, self.trials, strict=True))


def costs_of(tables: Sequence[str], store: Store, scope: Scope) -> tuple[Cost, ...]:
    """What is known of the cells of each table, and of all, each cell and trial once.

    Tables share cells: what all took is less than the sum.
    """
    together: dict[Cell, dict[Trial, None]] = {}
    costs = []
    for name in tables:
        asked = wanted(make_table(name, scope), scope)
        for cell, trials in asked.items():
            together.setdefault(cell, {}).update(dict.fromkeys(trials))
        costs.append(_cost(name, asked, store))
    everything = {cell: tuple(trials) for cell, trials in together.items()}
    return (*costs, _cost("all, each cell once", everything, store))


def _cost(title: str, asked: Mapping[Cell, Sequence[Trial]], store: Store) -> Cost:
    training, trials = [], []
    for cell, wanted_trials in asked.items():
        record = store.record(cell)
        known = {} if record is None else record.results
        seconds = [known[trial].seconds for trial in wanted_trials if trial in known]
        if record is None or not seconds:
            continue
        training.append(sum(record.values["training"]["seconds"].values()))
        trials.append(sum(seconds))
    return Cost(title, tuple(training), tuple(trials))


def costs_markdown(costs: Sequence[Cost]) -> str:
    """A heading and a table of the `costs` of which something is known."""
    rows = [
        "| table | cells | a training, median and longest [s] | a cell, median and longest [s] "
        f"| all [h] | on {CORES} cores [min] |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for cost in costs:
        if not cost.cells:
            continue
        whole = sum(cost.cells)
        rows.append(
            f"| {cost.title} | {len(cost.cells)} | {_spread(cost.training)} | "
            f"{_spread(cost.cells)} | {whole / 3600:.1f} | {whole / 60 / CORES:.0f} |"
        )
    about = (
        "By the clock, on the machines named in the cells, one process with one thread for each "
        "core; a machine that was put to sleep, or had other work, is in it. A cell is counted "
        "with the trials that the table asks for."
    )
    return "\n".join(["## Time", "", about, "", *rows, ""])


def _spread(seconds: Sequence[float]) -> str:
    return f"{median(seconds):.0f}, {max(seconds):.0f}"

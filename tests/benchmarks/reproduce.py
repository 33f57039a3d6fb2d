"""Train cells of the published benchmark again, drawn at random, and compare their success.

    python tests/benchmarks/reproduce.py [--cells 12] [--seed 0] [--out build/cells]

A cell on the processor that it was made on gives the same outcomes while no result has changed. On
another processor rounding differs and the training is another draw, as with another training seed.
So a cell counts as reproduced if its success lies within the spread of training seeds, and all
together if their mean difference from the stored cells does. Exits with 1 otherwise. A cell takes
about a minute; finished ones are kept in `--out`.
"""

import argparse
import random
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from core.benchmark import (
    Cell,
    LocalWorkers,
    Scope,
    Store,
    Trial,
    make_schedule,
    make_table,
    run,
    wanted,
)

PUBLISHED = Path(__file__).parents[2] / "docs" / "results" / "cells"
TABLES = ("main", "noise", "ablation", "data")
DEMONSTRATIONS = (25, 100)
LIMIT = 2.5
"""Differences of one cell that are accepted [standard deviations]; one of eighty is beyond it."""


@dataclass(frozen=True)
class Pair:
    """A trial as it is published, and made again."""

    cell: Cell
    trial: Trial
    stored: np.ndarray
    """Outcomes (starts,) bool."""
    again: np.ndarray
    """The same of the new training."""
    spread: float
    """Standard deviation of the success rate from training to training."""

    @property
    def difference(self) -> float:
        """Of the success rates, again − stored."""
        return float(self.again.mean() - self.stored.mean())

    @property
    def deviations(self) -> float:
        """The difference in standard deviations of a difference of two trainings."""
        return self.difference / (np.sqrt(2) * self.spread)


def main() -> int:
    """Draw, train, compare and print; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--cells", type=int, default=12, help="how many, of all regimes alike")
    parser.add_argument("--seed", type=int, default=0, help="decides which")
    parser.add_argument("--out", type=Path, default=Path("build/cells"), help="scratch folder")
    options = parser.parse_args()
    published, again = Store(PUBLISHED), Store(options.out.absolute() / "results")
    chosen = draw(published, options.cells, options.seed)
    cache = options.out.absolute() / "cache"
    jobs = make_schedule(chosen, again, cache)
    for state in run(
        jobs, again, LocalWorkers(cache, 1), threading.Event(), lambda cell: cell.name
    ):
        if state.failure or state.note.endswith("done"):
            sys.stderr.write(f"{state.done} of {state.total}: {state.failure or state.note}\n")
    pairs = [
        pair
        for cell, trials in chosen.items()
        for trial in trials
        if (pair := compare(published, again, cell, trial)) is not None
    ]
    return report(pairs, Console(highlight=False, width=150))


def draw(store: Store, count: int, seed: int) -> dict[Cell, tuple[Trial, ...]]:
    """Random cells of each regime, each with its clean trial and another one if it has more."""
    generator, scope = random.Random(seed), Scope()
    asked: dict[Cell, list[Trial]] = {}
    for name in TABLES:
        for cell, trials in wanted(make_table(name, scope), scope).items():
            asked.setdefault(cell, []).extend(trials)
    chosen: dict[Cell, tuple[Trial, ...]] = {}
    for place, regime in enumerate("ABC"):
        cells = [c for c in asked if c.regime == regime and c.demonstrations in DEMONSTRATIONS]
        share = count // 3 + (place < count % 3)
        for cell in generator.sample(sorted(cells, key=lambda cell: cell.name), share):
            trials = [t for t in dict.fromkeys(asked[cell]) if store.result(cell, t) is not None]
            disturbed = [t for t in trials if t != Trial()]
            extra = [generator.choice(disturbed)] if disturbed else []
            chosen[cell] = tuple(dict.fromkeys([*trials[:1], *extra]))
    return chosen


def compare(published: Store, again: Store, cell: Cell, trial: Trial) -> Pair | None:
    """The trial twice, if it could be made again."""
    stored, made = published.result(cell, trial), again.result(cell, trial)
    if stored is None or made is None:
        return None
    return Pair(cell, trial, stored.outcomes, made.outcomes, spread(published, cell, trial))


def spread(store: Store, cell: Cell, trial: Trial) -> float:
    """Standard deviation of the success rate from training seed to training seed.

    Three seeds alone can be alike by chance. So it is no less than what as many starts vary by.
    """
    rates = [
        float(result.outcomes.mean())
        for seed in range(Scope().seeds)
        if (result := store.result(_with_seed(cell, seed), trial)) is not None
    ]
    # a rate of 0 or 1 is not known to be one: a start more or less, as Laplace counts
    rate = (np.mean(rates) * trial.episodes + 1) / (trial.episodes + 2)
    by_chance = float(np.sqrt(rate * (1 - rate) / trial.episodes))
    return max(by_chance, float(np.std(rates, ddof=1)) if len(rates) > 1 else 0.0)


def report(pairs: Sequence[Pair], console: Console) -> int:
    """Print each pair and the verdict; returns the exit code."""
    table = Table("cell", "trial", "stored", "again", "difference", "σ of seeds", "verdict")
    for row in _rows(pairs):
        table.add_row(*row)
    console.print(table)
    if not pairs:
        console.print("nothing could be made again")
        return 1
    beyond = sum(abs(pair.deviations) > LIMIT for pair in pairs)
    mean = float(np.mean([pair.difference for pair in pairs]))
    error = float(np.sqrt(sum(2 * pair.spread**2 for pair in pairs))) / len(pairs)
    same = sum(np.array_equal(pair.stored, pair.again) for pair in pairs)
    good = beyond <= len(pairs) // 20 and abs(mean) <= LIMIT * error
    console.print(
        f"{len(pairs)} trials of {len({pair.cell for pair in pairs})} cells: {same} have the same "
        f"outcome at every start, {beyond} lie beyond {LIMIT} σ. Mean difference "
        f"{100 * mean:+.2f} points, standard error by the spread of seeds {100 * error:.2f}: "
        f"{'reproduced' if good else 'NOT reproduced'}"
    )
    return 0 if good else 1


def _rows(pairs: Sequence[Pair]) -> Iterator[tuple[str, ...]]:
    for pair in pairs:
        verdict = "within" if abs(pair.deviations) <= LIMIT else "beyond"
        if np.array_equal(pair.stored, pair.again):
            verdict = "same outcomes"
        yield (
            pair.cell.name,
            f"{pair.trial.mode}, {pair.trial.condition}",
            f"{100 * pair.stored.mean():.1f}",
            f"{100 * pair.again.mean():.1f}",
            f"{100 * pair.difference:+.1f}",
            f"{100 * pair.spread:.1f}",
            verdict,
        )


def _with_seed(cell: Cell, seed: int) -> Cell:
    return Cell(cell.regime, cell.method, cell.task, cell.demonstrations, seed)


if __name__ == "__main__":
    sys.exit(main())

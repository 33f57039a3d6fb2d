"""Success of policies that see what a camera sees: joint ACT-JEPA, and raw pixel BC beside it.

    python tests/benchmarks/camera_success.py --seeds 0 1 2 --threads 2

Trains and evaluates what is not yet in docs/results/cells (P: the goal given, S: the goal seen), on
held-out starts, and prints the table of what is there. An interrupted run goes on where it was.
"""

from __future__ import annotations

import argparse
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from core.benchmark.cell import Cell, Trial
from core.benchmark.execution import CellJob
from core.benchmark.methods import get_method
from core.benchmark.store import Store

ROOT = Path(__file__).parents[2]
CELLS = ROOT / "docs" / "results" / "cells"
CACHE = ROOT / "build" / "benchmark"
TRIAL = Trial()
ASKED = {
    ("P", "pick_place", 100): 90,
    ("S", "pick_place", 100): 75,
    ("P", "push", 100): 55,
    ("S", "reach", 100): 95,
    ("P", "pick_place", 25): 50,
}
"""What joint ACT-JEPA is asked to reach [% of 200 starts], by regime, task and demonstrations."""
METHODS = ("act_jepa_joint", "raw_bc", "raw_bc_long")


def make(name: str) -> dict[str, object]:
    """The record of a cell, on one thread."""
    torch.set_num_threads(1)
    return CellJob(Cell.parse(name), (TRIAL,)).run(CACHE, lambda *_: None)


def missing(seeds: list[int], methods: list[str]) -> list[Cell]:
    """Cells that have to be made, those of the first seed first."""
    store = Store(CELLS)
    wanted = [
        Cell(regime, method, task, count, seed)
        for seed in seeds
        for method in methods
        for regime, task, count in ASKED
    ]
    return [cell for cell in wanted if store.missing(cell, (TRIAL,))]


def table(seeds: list[int], methods: list[str]) -> str:
    """Means over seeds and starts, with intervals by bootstrap over both [% success]."""
    store, lines = Store(CELLS), []
    lines.append("| regime, task, demonstrations | method | seeds | success | 95% | asked | s |")
    lines.append("|---|---|---|---|---|---|---|")
    for (regime, task, count), asked in ASKED.items():
        for method in methods:
            cells = [Cell(regime, method, task, count, seed) for seed in seeds]
            found = [(c, r) for c in cells if (r := store.result(c, TRIAL)) is not None]
            if not found:
                continue
            outcomes = np.stack([result.outcomes for _, result in found])
            low, high = interval(outcomes)
            seconds = [
                store.record(cell).values["training"]["seconds"]["training"] for cell, _ in found
            ]
            goal = f"≥ {asked}" if method == METHODS[0] else "–"
            lines.append(
                f"| {regime}, {task}, {count} | {get_method(method).title} | {len(found)} | "
                f"{100 * outcomes.mean():.1f} | [{low:.0f}, {high:.0f}] | {goal} | "
                f"{np.median(seconds):.0f} |"
            )
    return "\n".join(lines)


def interval(outcomes: np.ndarray) -> tuple[float, float]:
    """95% of the means over seeds and starts (seeds, starts) drawn again [%]."""
    generator = np.random.default_rng(0)
    seeds, starts = outcomes.shape
    rows = generator.integers(seeds, size=(2000, seeds))
    columns = generator.integers(starts, size=(2000, starts))
    means = [outcomes[np.ix_(r, c)].mean() for r, c in zip(rows, columns, strict=True)]
    low, high = np.percentile(means, (2.5, 97.5))
    return 100 * float(low), 100 * float(high)


def main() -> None:
    """Make what is missing, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    parser.add_argument("--threads", type=int, default=1, help="trainings at once")
    options = parser.parse_args()
    store, command = Store(CELLS), "python tests/benchmarks/camera_success.py"
    cells = missing(options.seeds, options.methods)
    with ProcessPoolExecutor(options.threads) as pool:
        futures = {pool.submit(make, cell.name): cell for cell in cells}
        for done, future in enumerate(as_completed(futures), 1):
            cell, values = futures[future], future.result()
            store.keep(cell, values, command)
            sys.stderr.write(f"{done} of {len(cells)}: {cell.name}\n")
    sys.stdout.write(table(options.seeds, options.methods) + "\n")


if __name__ == "__main__":
    main()

"""What an update of the main table costs, and what it would cost if it were done otherwise.

    python tests/benchmarks/bench_cost.py [--updates 40] [--turns 5]

Processor time of one update, by method and regime, as the benchmark does it and with one change at
a time. All are timed in turns within one run, and a ratio is the median over the turns. A batch
three times as large bounds from below what three training seeds in one process would cost.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext

import torch
from bench_training import make_dataset
from rich.console import Console
from rich.table import Table

from core.benchmark.methods import patched, settings
from core.learning import Configuration, Dataset, Trainer

ROWS = (("A", "act_jepa"), ("B", "act_jepa_joint"), ("C", "raw_bc"), ("C", "act_jepa_joint"))
"""Regime and method."""
WARM_UP = 10
"""Updates before the first that is timed."""
Change = tuple[str, dict[str, int], Callable[[], AbstractContextManager[object]]]
CHANGES: tuple[Change, ...] = (
    ("as it is", {}, nullcontext),
    ("products in bfloat16", {}, lambda: torch.autocast("cpu", torch.bfloat16)),
    ("batch of 8", {"batch": 8}, nullcontext),
    ("half the window", {}, nullcontext),
    ("batch of 48, per 16", {"batch": 48}, nullcontext),
)


def main() -> None:
    """Time every row with every change and print the table."""
    parser = argparse.ArgumentParser(description="What an update of the main table costs.")
    parser.add_argument("--updates", type=int, default=40, help="updates of a turn")
    parser.add_argument("--turns", type=int, default=5)
    options = parser.parse_args()
    torch.set_num_threads(1)
    dataset = make_dataset()
    table = Table(title="processor time of an update")
    table.add_column("regime and method")
    table.add_column("ms", justify="right")
    for name, _, _ in CHANGES[1:]:
        table.add_column(f"{name} [×]", justify="right")
    for regime, method in ROWS:
        plain, *others = _timed(dataset, regime, method, options.updates, options.turns)
        ratios = [
            statistics.median(b / a for a, b in zip(plain, other, strict=True)) for other in others
        ]
        table.add_row(
            f"{regime} {method}",
            f"{1e3 * statistics.median(plain):.1f}",
            *(f"{ratio:.2f}" for ratio in ratios),
        )
    Console(width=120).print(table)


def _timed(
    dataset: Dataset, regime: str, method: str, updates: int, turns: int
) -> list[list[float]]:
    """Seconds of processor time of an update of 16 windows, by change and turn."""
    runs = [_updating(dataset, regime, method, change) for change in CHANGES]
    for run in runs:
        for _ in range(WARM_UP):
            next(run)
    taken: list[list[float]] = [[] for _ in runs]
    for _ in range(turns):
        for times, run in zip(taken, runs, strict=True):
            times.append(statistics.mean(next(run) for _ in range(updates)))
    return taken


def _updating(dataset: Dataset, regime: str, method: str, change: Change) -> Iterator[float]:
    """One update after the other, and what each took [s]."""
    name, training, around = change
    values = patched(settings(method, regime, seed=0), {"training": training})
    if name == "half the window":
        values["training"]["window"] //= 2
    share = 16 / values["training"]["batch"] if "per 16" in name else 1.0
    trainer = Trainer(dataset, Configuration.from_dict(values), "cpu")
    while True:
        began = time.process_time()
        with around():
            trainer.update()
        yield share * (time.process_time() - began)


if __name__ == "__main__":
    main()

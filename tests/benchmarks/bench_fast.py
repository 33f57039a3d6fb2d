"""What each part of `core.learning.fast` saves of an update, compared with torch's own.

    python tests/benchmarks/bench_fast.py [--updates 10] [--pairs 15] [--parts recurrence …]

Two processes, with and without a part, take turns of some updates on one torch thread each. Process
CPU time counts; the median over the pairs, and the middle half of them, are reported. A part stays
where it saves a tenth of an update of the default preset, of raw behavioural cloning in regime C,
or of the reference preset, whose updates are the smallest.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from unittest.mock import patch

import torch
from bench_training import make_dataset
from rich.console import Console
from rich.table import Table
from torch import Tensor, nn

from core.benchmark.methods import configuration
from core.learning import Configuration, Trainer, get_preset

WANTED = 0.10
"""What a part is asked to save of an update, in one of the configurations at least."""
WARM_UP = 20
CONFIGURATIONS: Mapping[str, Callable[[], Configuration]] = {
    "default preset": lambda: get_preset("default"),
    "raw BC, regime C": lambda: configuration("raw_bc", "C", 0),
    "reference preset": lambda: get_preset("reference"),
}


class TorchAdam:
    """`torch.optim.Adam` and `torch.nn.utils.clip_grad_norm_` behind the interface of the part."""

    def __init__(
        self, parameters: Sequence[nn.Parameter], weight_decay: float, largest_gradient: float
    ) -> None:
        self.parameters, self.largest = list(parameters), largest_gradient
        kind = torch.optim.AdamW if weight_decay else torch.optim.Adam
        self.optimiser = kind(self.parameters, weight_decay=weight_decay, fused=True)

    def clear_gradients(self) -> None:
        """Drop all gradients."""
        self.optimiser.zero_grad()

    def step(self, learning_rate: float) -> None:
        """One update of all parameters that have a gradient."""
        if self.largest:
            nn.utils.clip_grad_norm_(self.parameters, self.largest, foreach=True)
        self.optimiser.param_groups[0]["lr"] = learning_rate
        self.optimiser.step()


def torch_gru(gru: nn.GRU, inputs: Tensor) -> Tensor:
    """Hidden states of `torch.nn.GRU` itself."""
    states: Tensor = gru(inputs)[0]
    return states


PLAIN: Mapping[str, Mapping[str, object]] = {
    "optimiser": {"core.learning.trainer.Adam": TorchAdam},
    "recurrence": {
        "core.learning.beliefs.unroll_gru": torch_gru,
        "core.learning.observer.unroll_gru": torch_gru,
    },
}
"""What takes the place of each part."""


def _work(line: Connection, name: str, part: str | None) -> None:
    """Answers numbers of updates with their CPU time [s], `part` replaced by torch's own."""
    torch.set_num_threads(1)
    for target, plain in PLAIN[part].items() if part else ():
        patch(target, plain).start()
    trainer = Trainer(make_dataset(), CONFIGURATIONS[name](), "cpu")
    while updates := line.recv():
        began = time.process_time()
        for _ in range(updates):
            trainer.update()
        line.send(time.process_time() - began)


def _ratios(name: str, part: str, pairs: int, updates: int) -> list[float]:
    """CPU time of an update with the part over that without, ascending."""
    context, lines, processes = multiprocessing.get_context("spawn"), [], []
    for replaced in (None, part):
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs, name, replaced), daemon=True)
        process.start()
        lines.append(ours)
        processes.append(process)

    def measured(count: int) -> float:
        times = []
        for line in lines:  # one after the other: neither takes the other's time
            line.send(count)
            times.append(line.recv())
        return float(times[0] / times[1])

    measured(WARM_UP)
    ratios = sorted(measured(updates) for _ in range(pairs))
    for line, process in zip(lines, processes, strict=True):
        line.send(0)
        process.join()
    return ratios


def main() -> int:
    """Measure and print; whether a part stays is for people to decide."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--updates", type=int, default=10)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--parts", nargs="+", choices=list(PLAIN), default=list(PLAIN))
    options = parser.parse_args()
    table = Table("part", "configuration", "CPU time of an update: with / without", "asked")
    for part in options.parts:
        for name in CONFIGURATIONS:
            # the updates of the reference are twenty times as short
            updates = options.updates * (20 if name == "reference preset" else 1)
            ratios = _ratios(name, part, options.pairs, updates)
            low, middle, high = statistics.quantiles(ratios, n=4)
            span = f"{middle:.3f} ({low:.3f}-{high:.3f})"
            table.add_row(part, name, span, f"≤ {1 - WANTED:.2f} in one")
            sys.stderr.write(f"{part}, {name}: {span}\n")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())

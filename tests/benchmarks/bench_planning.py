"""How long latent planning thinks for one robot and for many.

    python tests/benchmarks/bench_planning.py [CHECKPOINT] [--rounds 20]

One policy drives 1, 20 or 100 robots on one torch thread. It takes turns with one that imagines
every course by `ActJepa.imagine`, so that both meet the same load. Observations are those of
demonstrations, two control steps apart. Without a checkpoint a small one is trained on the
spot: its times are those of the default preset.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from bench_evaluation import small_checkpoint
from rich.console import Console
from rich.table import Table

from core.commands.process import use_one_torch_thread
from core.learning import Checkpoint, load_checkpoint
from core.policies.planning import LatentPlanning

ROBOTS = {1: 10, 20: 1, 100: 1}
"""Robots that one policy drives, and how many decisions of so many make a round."""
ASKED = {1: "p99 ≤ 35 ms", 20: "", 100: "≤ 100 ms"}
WARM_UP = 3


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("checkpoint", nargs="?", type=Path)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    use_one_torch_thread()
    if options.checkpoint is None:
        checkpoint = small_checkpoint("pick_place")
    else:
        checkpoint = load_checkpoint(options.checkpoint)
    table = Table(title="one decision of latent planning [ms]")
    headings = ("robots", "median", "p99", "processor time, median", "asked")
    for heading in (*headings, "of the time by `imagine`", "a robot, of the time of one alone"):
        table.add_column(heading, justify="right")
    alone = None
    for robots, decisions in ROBOTS.items():
        ours, plain = measured(checkpoint, robots, decisions * options.rounds)
        wall, processor = np.array(ours).T
        cost = float(np.median(processor))
        alone = alone or cost
        table.add_row(
            str(robots),
            *(f"{np.median(wall):.1f}", f"{np.percentile(wall, 99):.1f}", f"{cost:.1f}"),
            ASKED[robots],
            f"{cost / float(np.median(np.array(plain)[:, 1])):.2f}",
            f"{cost / robots / alone:.2f}",
        )
    Console().print(table)
    return 0


def measured(checkpoint: Checkpoint, robots: int, decisions: int) -> Sequence[list[list[float]]]:
    """Wall and processor time [ms] of each decision, as planning is and by `ActJepa.imagine`."""
    ours, plain = LatentPlanning(checkpoint), LatentPlanning(checkpoint)
    plain._imagination.unrolled = False
    spent: tuple[list[list[float]], ...] = ([], [])
    for policy in (ours, plain):
        policy.reset(robots)
    for step in range(WARM_UP + decisions):
        seen = observation(checkpoint, robots, step)
        for policy, times in zip((ours, plain), spent, strict=True):
            began, used = time.perf_counter(), time.process_time()
            policy.act(seen)
            wall, processor = time.perf_counter() - began, time.process_time() - used
            times.append([1000 * wall, 1000 * processor])
    return [times[WARM_UP:] for times in spent]


def observation(checkpoint: Checkpoint, robots: int, step: int) -> dict[str, np.ndarray]:
    """What robots see that follow demonstrations from different steps on, {field: (n, size)}."""
    frames = checkpoint.demonstrations.observations
    rows = (np.arange(robots) * 29 + 2 * step) % len(frames)
    return checkpoint.normaliser.invert(frames[rows].packed)


if __name__ == "__main__":
    sys.exit(main())

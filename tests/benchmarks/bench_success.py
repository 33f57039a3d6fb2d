"""Success of the default preset: demonstrate, train, evaluate, task by task.

    python tests/benchmarks/bench_success.py [--demos 100] [--episodes 100] [--keep FOLDER]

Runs the program's own commands, and prints them, so that any cell can be had again alone. Training
uses the scripted operator's starts from seed 0, evaluation the starts from seed 1,000,000.
"""

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

TASKS = ("reach", "push", "pick_place")
TARGETS = {"bc": 0.85, "nearest": 0.60, "plan": 0.60}
"""Mean success over the tasks without noise that each mode has to reach."""


def main() -> None:
    """Measure and print."""
    options = _parse()
    console = Console(highlight=False)
    if options.keep is None:
        with tempfile.TemporaryDirectory() as folder:
            rows, seconds = _all(Path(folder), options, console)
    else:
        rows, seconds = _all(options.keep.absolute(), options, console)
    console.print(_table(rows, options))
    for task, took in seconds.items():
        console.print(f"training {task}: {took:.0f} s")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demos", type=int, default=100, help="demonstrations of each task")
    parser.add_argument("--episodes", type=int, default=100, help="held-out starts of a cell")
    parser.add_argument("--noise", type=float, nargs="+", default=[0.0, 0.1, 0.3])
    parser.add_argument("--modes", nargs="+", default=list(TARGETS))
    parser.add_argument("--tasks", nargs="+", default=list(TASKS))
    parser.add_argument("--preset", default="default")
    parser.add_argument("--seed", type=int, default=0, help="seed of the training")
    parser.add_argument("--keep", type=Path, help="where demonstrations and checkpoints stay")
    return parser.parse_args()


def _all(
    folder: Path, options: argparse.Namespace, console: Console
) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Rows of every task's evaluation, and how long each training took [s]."""
    rows: list[dict[str, Any]] = []
    seconds: dict[str, float] = {}
    for task in options.tasks:
        data = folder / f"{task}-{options.demos}"
        checkpoint = folder / f"{task}-{options.demos}-{options.preset}-{options.seed}"
        result = folder / f"{checkpoint.name}.json"
        if not data.exists():
            demos = ("--episodes", options.demos, "--seed", 0)
            _run(("demonstrate", "--task", task, *demos, "--out", data), console)
        if not checkpoint.exists():
            choice = ("--preset", options.preset, "--seed", options.seed)
            started = time.monotonic()
            _run(("train", data, "--out", checkpoint, *choice), console)
            seconds[task] = time.monotonic() - started
        cells = ("--mode", *options.modes, "--noise", *options.noise)
        starts = ("--episodes", options.episodes, "--json", result)
        _run(("evaluate", checkpoint, "--task", task, *cells, *starts), console)
        rows += json.loads(result.read_text())["rows"]
    return rows, seconds


def _run(arguments: Sequence[object], console: Console) -> None:
    """One command of the program; its own output is not shown."""
    words = ["-m", "core", *(str(argument) for argument in arguments)]
    console.print("[dim]$ python " + shlex.join(words), soft_wrap=True)
    subprocess.run([sys.executable, *words], check=True, capture_output=True)


def _table(rows: Sequence[dict[str, Any]], options: argparse.Namespace) -> Table:
    """A line per mode and noise: each task with its interval, the mean, and what was asked."""
    title = f"Success %, {options.demos} demonstrations, {options.episodes} held-out starts"
    table = Table(title=title)
    for heading in ("mode", "σ", *options.tasks, "mean", "asked"):
        table.add_column(heading, justify="left" if heading == "mode" else "right")
    for mode in options.modes:
        for noise in options.noise:
            cells = [r for r in rows if r["mode"] == mode and abs(r["noise"] - noise) < 1e-9]
            rates = [r["successes"] / r["episodes"] for r in cells]
            texts = (
                f"{100 * rate:.0f} [{100 * r['interval'][0]:.0f}, {100 * r['interval'][1]:.0f}]"
                for rate, r in zip(rates, cells, strict=True)
            )
            asked = f"≥ {100 * TARGETS[mode]:.0f}" if noise == 0.0 and mode in TARGETS else ""
            table.add_row(mode, f"{noise:g}", *texts, f"{100 * np.mean(rates):.1f}", asked)
    return table


if __name__ == "__main__":
    main()

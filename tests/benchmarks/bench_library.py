"""How long a library of many episodes takes to open: for the first time, and from its index.

    python tests/benchmarks/bench_library.py [--count 10000] [--folder FOLDER]

Fifty different episodes of 200 steps, each under many names.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from bench_recording import build
from rich.console import Console
from rich.table import Table

from core.data import (
    Library,
    action_histogram,
    coverage,
    length_outliers,
    open_index,
    stamps,
    write_episode,
)
from core.data.library.index import INDEX

DIFFERENT = 50


def seconds(work, repeats: int = 1) -> float:
    """Shortest time of `work()` [s]."""
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--folder", default=tempfile.gettempdir())
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name) / "episodes"
        made = [write_episode(folder, build(number)) for number in range(DIFFERENT)]
        for number in range(DIFFERENT, options.count):
            os.link(made[number % DIFFERENT], folder / f"copy-{number:06d}.hdf5")
        stamps._written.clear()  # as if another program had written them
        rows = {
            "opened for the first time, each file read in a child": seconds(
                lambda: open_index(folder)
            )
        }
        rows["opened from the index"] = seconds(lambda: open_index(folder), 5)
        index = open_index(folder)
        rows["refreshed, nothing changed"] = seconds(index.refresh, 5)
        rows["outliers, histogram and coverage"] = seconds(
            lambda: (
                length_outliers(index.rows),
                action_histogram(index.rows),
                coverage(index.rows),
            ),
            3,
        )
        names = [row.identifier for row in index.rows[: options.count // 10]]
        editor = Library(folder).editor
        rows[f"{len(names)} deleted"] = seconds(lambda: editor.delete(names))
        rows[f"{len(names)} brought back"] = seconds(editor.undo)
        size = (folder / INDEX).stat().st_size / 1e6
    table = Table(title=f"{options.count} episodes, index of {size:.1f} MB")
    table.add_column("what")
    table.add_column("seconds", justify="right")
    for what, took in rows.items():
        table.add_row(what, f"{took:.2f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())

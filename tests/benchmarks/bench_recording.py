"""How long it takes to commit, list and read an episode of 200 control steps.

    python tests/benchmarks/bench_recording.py [FOLDER]

The folder chooses the disk; by default the system's temporary folder.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from core.data import Library, episode_from_arrays, read_episode, write_episode
from core.data.episode import Episode
from core.data.layout import encode

STEPS, STATE_SIZE = 200, 120
FIELDS = {
    "end_effector_position": 3,
    "end_effector_rotation": 6,
    "gripper_opening": 1,
    "joint_positions": 7,
    "joint_velocities": 7,
    "wrist_force": 3,
    "wrist_torque": 3,
    "object_position": 3,
    "object_rotation": 6,
    "goal_position": 3,
}


def build(number: int) -> Episode:
    """An episode of smooth signals with noise in the low digits, as physics gives."""
    generator = np.random.default_rng(number)

    def walk(size: int) -> np.ndarray:
        return np.cumsum(generator.normal(size=(STEPS, size)), axis=0) / 50

    return episode_from_arrays(
        "pick_place",
        number,
        "script",
        observations={name: walk(size).astype(np.float32) for name, size in FIELDS.items()},
        actions=np.clip(walk(7), -1, 1).astype(np.float32),
        rewards=np.zeros(STEPS, np.float32),
        states=walk(STATE_SIZE),
        success=True,
        control_rate=20.0,
        model_hash="0" * 64,
        identifier=f"bench-{number:04d}",
    )


def milliseconds(work: Callable[[int], object], repeats: int) -> tuple[float, float]:
    """Median and 99th percentile of `work(i)` [ms]."""
    times = []
    for i in range(repeats):
        began = time.perf_counter()
        work(i)
        times.append(1000 * (time.perf_counter() - began))
    return float(np.median(times)), float(np.percentile(times, 99))


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", default=tempfile.gettempdir())
    with tempfile.TemporaryDirectory(dir=parser.parse_args().folder) as name:
        folder = Path(name)
        episodes = [build(i) for i in range(100)]
        images = [encode(episode) for episode in episodes[:1]]
        rows = {"pack in memory": milliseconds(lambda i: encode(episodes[i]), 100)}
        rows["commit (pack, write, sync, rename)"] = milliseconds(
            lambda i: write_episode(folder, episodes[i]), 100
        )
        real, os.fsync = os.fsync, lambda _: None
        try:
            rows["commit without fsync"] = milliseconds(
                lambda i: write_episode(folder, episodes[i], replace=True), 100
            )
        finally:
            os.fsync = real
        paths = sorted(folder.glob("*.hdf5"))
        rows["read and validate"] = milliseconds(lambda i: read_episode(paths[i]), 100)
        rows["list 100 episodes, first time"] = milliseconds(lambda _: Library(folder).entries(), 5)
        library = Library(folder)
        library.entries()
        rows["list 100 episodes, unchanged"] = milliseconds(lambda _: library.entries(), 20)
    table = Table(title=f"episode of {STEPS} steps, {len(images[0]) / 1000:.0f} kB")
    table.add_column("what")
    table.add_column("median [ms]", justify="right")
    table.add_column("p99 [ms]", justify="right")
    for what, (median, worst) in rows.items():
        table.add_row(what, f"{median:.1f}", f"{worst:.1f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What an update costs when the action loss has a gradient of its own.

    python tests/benchmarks/bench_own_gradient.py

Updates of the preset ``cameras`` on made-up images of two cameras, with
``optimiser.own_action_gradient`` and without, in turns within one run; the median counts. Measured
on one core of two with bfloat16: 74 ms without and 100 ms with it, 1.37 times as long.
"""

from __future__ import annotations

import statistics
import sys
import time
from dataclasses import dataclass, replace

import numpy as np
import torch

from core.learning import Dataset, Trainer, get_preset

TURNS, UPDATES, SIDE = 8, 5, 64
EPISODES, STEPS = 8, 117


@dataclass(frozen=True)
class _Info:
    identifier: str
    task: str = "pick_place"
    control_rate: float = 20.0


@dataclass(frozen=True)
class _Episode:
    info: _Info
    observations: dict[str, np.ndarray]
    actions: np.ndarray


def make_dataset() -> Dataset:
    """Episodes with two cameras; what they show does not matter for the speed."""
    generator, episodes = np.random.default_rng(0), []
    for number in range(EPISODES):
        seen: dict[str, np.ndarray] = {
            "end_effector_position": generator.normal(size=(STEPS, 3)).astype(np.float32)
        }
        for camera in ("workspace_image", "wrist_image"):
            seen[camera] = generator.integers(0, 256, (STEPS, SIDE, SIDE, 3), dtype=np.uint8)
        actions = np.tanh(generator.normal(size=(STEPS, 7))).astype(np.float32)
        episodes.append(_Episode(_Info(f"bench-{number}"), seen, actions))
    return Dataset.from_episodes(episodes)


def main() -> int:
    """Measure and print."""
    torch.set_num_threads(1)
    dataset, settings = make_dataset(), get_preset("cameras")
    trainers, times = [], ([], [])
    for own in (False, True):
        optimiser = replace(settings.optimiser, own_action_gradient=own)
        trainers.append(Trainer(dataset, replace(settings, optimiser=optimiser), "cpu"))
        trainers[-1].update()
    for _ in range(TURNS):
        for trainer, taken in zip(trainers, times, strict=True):
            began = time.process_time()
            for _ in range(UPDATES):
                trainer.update()
            taken.append(1000 * (time.process_time() - began) / UPDATES)
    without, own = (statistics.median(taken) for taken in times)
    sys.stdout.write(
        f"processor time of an update: {without:.1f} ms with one gradient, {own:.1f} ms with the "
        f"action loss apart: {own / without:.2f} times as long\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

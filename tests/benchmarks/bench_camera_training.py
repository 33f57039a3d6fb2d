"""How much of a training from images goes into the images: updates against the bare encoder.

    python tests/benchmarks/bench_camera_training.py

The bare encoder gathers and encodes the images that an update looks at, those of the target encoder
without a gradient, and does nothing else. Rounds of both take turns in one run.
"""

from __future__ import annotations

import os
import sys
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from core.learning import Dataset, Trainer, get_preset
from core.spec import ARM, Field, fields_of, image_field

EPISODES, STEPS = 20, 120
ROUNDS, UPDATES = 6, 12


@dataclass(frozen=True)
class Info:
    identifier: str
    task: str = "pick_place"
    control_rate: float = 20.0


@dataclass(frozen=True)
class Filmed:
    """An episode of random numbers and random images."""

    info: Info
    observations: dict[str, np.ndarray]
    images: dict[str, np.ndarray]
    actions: np.ndarray

    @property
    def fields(self) -> tuple[Field, ...]:
        images = {f"{camera}_image": image_field(camera) for camera in ("workspace", "wrist")}
        return fields_of({**self.observations, **self.images}, {**ARM, **images})


def filmed(number: int) -> Filmed:
    rng = np.random.default_rng(number)
    names = ("end_effector_position", "end_effector_rotation", "gripper_opening", "goal_position")
    vectors = {n: rng.normal(size=(STEPS, ARM[n].size)).astype(np.float32) for n in names}
    images = {
        f"{camera}_image": rng.integers(0, 256, (STEPS, 64, 64, 3), dtype=np.uint8)
        for camera in ("workspace", "wrist")
    }
    actions = rng.uniform(-1, 1, (STEPS, 7)).astype(np.float32)
    return Filmed(Info(f"{number}"), vectors, images, actions)


def bare(trainer: Trainer) -> Callable[[], None]:
    """One pass of the encoder over the images of an update."""
    model, looked = trainer.model, trainer._looked
    latents, targets = ([0], []) if looked is None else (list(looked.latents), list(looked.targets))

    def step() -> None:
        windows = trainer.sampler.draw(trainer._ahead)
        model.encode(windows.observations[:, latents]).sum().backward()
        if targets:
            model.encode_target(windows.observations[:, targets])

    return step


def say(text: str) -> None:
    """A line of the result."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> None:
    """Print milliseconds of processor time and their ratio."""
    torch.set_num_threads(1)
    data = Dataset.from_episodes([filmed(number) for number in range(EPISODES)])
    trainer = Trainer(data, get_preset("cameras"), "cpu")
    step, spent = bare(trainer), {"update": 0.0, "bare encoder": 0.0}
    for work in (trainer.update, step):
        work()
    for _ in range(ROUNDS):
        for name, work in (("update", trainer.update), ("bare encoder", step)):
            began = time.process_time()
            for _ in range(UPDATES):
                work()
            spent[name] += time.process_time() - began
    count = ROUNDS * UPDATES
    for name, seconds in spent.items():
        say(f"{name}: {1000 * seconds / count:.1f} ms of processor time")
    say(f"rate of the training: {spent['bare encoder'] / spent['update']:.2f} of the bare encoder")


if __name__ == "__main__":
    main()

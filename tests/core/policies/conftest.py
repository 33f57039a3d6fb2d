"""A small checkpoint trained on a point that is driven to a goal."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from core.learning import Checkpoint, Configuration, Dataset, Trainer, get_preset
from core.spec import ARM, Field, fields_of


@dataclass(frozen=True)
class Info:
    identifier: str
    task: str = "reach"
    control_rate: float = 20.0


@dataclass(frozen=True)
class PointEpisode:
    info: Info
    observations: dict[str, np.ndarray]
    actions: np.ndarray

    @property
    def fields(self) -> tuple[Field, ...]:
        """A point and its goal are positions, as those of the bundled arm."""
        return fields_of(self.observations, ARM)


STRIDE = 0.0125
"""Distance moved by a full command [m]."""


def drive(number: int, steps: int) -> PointEpisode:
    """A point goes to a goal and closes its gripper there."""
    rng = np.random.default_rng(number)
    position, goal = rng.uniform(-0.2, 0.2, 3), rng.uniform(-0.2, 0.2, 3)
    rows, actions = [], []
    for _ in range(steps):
        action = np.zeros(7)
        action[:3] = 8 * (goal - position)
        action[6] = 1.0 if np.linalg.norm(goal - position) < 0.05 else -1.0
        rows.append((position.copy(), goal))
        actions.append(np.clip(action, -1, 1))
        position += STRIDE * actions[-1][:3]
    names = ("end_effector_position", "goal_position")
    columns = zip(*rows, strict=True)
    observations = {n: np.asarray(c, np.float32) for n, c in zip(names, columns, strict=True)}
    return PointEpisode(Info(f"drive-{number:03d}"), observations, np.asarray(actions, np.float32))


def configuration(preset: str, steps: int) -> Configuration:
    c = get_preset(preset)
    return replace(
        c,
        encoder=replace(c.encoder, latent=24, hidden=(48,)),
        belief=replace(c.belief, size=24),
        observer=replace(c.observer, kind="none"),  # has a test of its own
        head=replace(c.head, chunk=min(c.head.chunk, 6), hidden=(48,)),
        loss=replace(c.loss, goal_horizon=4, rollout=min(c.loss.rollout, 3)),
        training=replace(
            c.training, steps=steps, head_steps=steps, batch=12, window=min(c.training.window, 16)
        ),
    )


@pytest.fixture(scope="session")
def demonstrations() -> list[PointEpisode]:
    return [drive(i, 45) for i in range(60)]


@pytest.fixture(scope="session")
def checkpoints(demonstrations) -> dict[str, Checkpoint]:
    """One checkpoint of each preset, with small networks."""
    torch.set_num_threads(1)
    made = {}
    for preset, steps in (("default", 300), ("reference", 60)):
        trainer = Trainer(
            Dataset.from_episodes(demonstrations), configuration(preset, steps), "cpu"
        )
        for _ in range(trainer.total_steps):
            trainer.update()
        made[preset] = Checkpoint.from_trainer(trainer)
    return made


@pytest.fixture
def checkpoint(checkpoints) -> Checkpoint:
    return checkpoints["default"]

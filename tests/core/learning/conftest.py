"""Small demonstrations of a point that is driven to a goal, made without a simulator."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch

from core.learning import Configuration, Dataset, TrainingConfiguration, get_preset
from core.spec import ARM, Field, fields_of


@dataclass(frozen=True)
class Info:
    """What learning must know about an episode."""

    identifier: str
    task: str = "reach"
    control_rate: float = 20.0


@dataclass(frozen=True)
class PointEpisode:
    """One demonstration."""

    info: Info
    observations: dict[str, np.ndarray]
    actions: np.ndarray

    @property
    def fields(self) -> tuple[Field, ...]:
        """A point and its goal are positions, as those of the bundled arm."""
        return fields_of(self.observations, ARM)


def point_episode(number: int, steps: int = 40) -> PointEpisode:
    """A point goes to a goal and closes its gripper there; the labels are noisy."""
    rng = np.random.default_rng(number)
    position, goal = rng.uniform(-0.2, 0.2, 3), rng.uniform(-0.2, 0.2, 3)
    rows, actions = [], []
    for _ in range(steps):
        action = np.zeros(7)
        action[:3] = 8 * (goal - position) + 0.05 * rng.normal(size=3)
        action[6] = 1.0 if np.linalg.norm(goal - position) < 0.05 else -1.0
        rows.append((position.copy(), goal, np.ones(1)))
        actions.append(np.clip(action, -1, 1))
        position += 0.0125 * actions[-1][:3]
    names = ("end_effector_position", "goal_position", "mass")
    columns = zip(*rows, strict=True)
    observations = {n: np.asarray(c, np.float32) for n, c in zip(names, columns, strict=True)}
    return PointEpisode(
        Info(f"episode-{number:03d}"), observations, np.asarray(actions, np.float32)
    )


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def make_episode():
    """Makes demonstration `number` of `steps` steps."""
    return point_episode


@pytest.fixture
def episodes() -> list[PointEpisode]:
    """Eight demonstrations of different lengths."""
    return [point_episode(i, 30 + 3 * i) for i in range(8)]


@pytest.fixture
def dataset(episodes) -> Dataset:
    return Dataset.from_episodes(episodes)


def small(preset: str = "default", **training) -> Configuration:
    """A preset with small networks and few updates."""
    c = get_preset(preset)
    settings = {"steps": 6, "head_steps": 6, "batch": 4, "window": min(c.training.window, 12)}
    return replace(
        c,
        encoder=replace(c.encoder, latent=16, hidden=(24,)),
        action_encoder=replace(c.action_encoder, hidden=(12,)),
        predictor=replace(c.predictor, hidden=(24, 12)),
        belief=replace(c.belief, size=16),
        head=replace(c.head, chunk=min(c.head.chunk, 4), hidden=(24,)),
        loss=replace(c.loss, goal_horizon=3, inverse_span=4, rollout=min(c.loss.rollout, 3)),
        training=TrainingConfiguration(
            **{"protocol": c.training.protocol, "seed": 3, **settings, **training}
        ),
    )


@pytest.fixture
def small_configuration():
    """Makes a small configuration: `small_configuration(preset, **training settings)`."""
    return small


@pytest.fixture
def filmed() -> Dataset:
    """Episodes with two cameras that show the point as one bright block, and the goal."""
    return Dataset.from_episodes([filmed_episode(number) for number in range(4)])


def filmed_episode(number: int, steps: int = 24, side: int = 16) -> PointEpisode:
    """An episode whose cameras show the point from above and from the side."""
    episode = point_episode(number, steps)
    images = {}
    for name, axes in (("front_image", (0, 1)), ("side_image", (0, 2))):
        image = np.zeros((steps, side, side, 3), np.uint8)
        for channel, field in enumerate(("end_effector_position", "goal_position")):
            place = (episode.observations[field][:, axes] + 0.3) / 0.6 * side
            column, row = np.clip(place.astype(int), 0, side - 1).T
            image[np.arange(steps), row, column, channel] = 255
        images[name] = image
    return replace(episode, observations={**episode.observations, **images})

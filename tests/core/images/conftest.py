"""A few recordings of reaching, and one of another robot with a camera."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.data import Episode, Workspace, read_episode, scripted_episode, write_episode
from core.simulation import demonstrate


@pytest.fixture(scope="session")
def demonstrations() -> list[Episode]:
    """Short ones."""
    made = []
    for rollout in demonstrate("reach", 3):
        arrays = {name: values[:9] for name, values in rollout.observations.items()}
        short = replace(
            rollout,
            observations=arrays,
            actions=rollout.actions[:9],
            rewards=rollout.rewards[:9],
            states=rollout.states[:9],
        )
        made.append(scripted_episode(short))
    return made


@pytest.fixture
def paths(demonstrations, tmp_path) -> list[Path]:
    """Files of demonstrations of the bundled arm."""
    library = Workspace(tmp_path / "workspace").library
    for episode in demonstrations:
        library.add(episode)
    return library.paths()


@pytest.fixture
def episodes(paths) -> list[Episode]:
    """What they hold, without images."""
    return [read_episode(path, images=False) for path in paths]


@pytest.fixture
def robot(demonstrations, tmp_path) -> tuple[Path, Episode]:
    """A recording of another robot, whose camera is wider than high."""
    first = demonstrations[0]
    steps = len(first)
    images = np.random.default_rng(0).integers(0, 256, (steps, 24, 40, 3)).astype(np.uint8)
    info = replace(
        first.info, identifier="robot-1", model_hash="none", images=("front",), task="stack"
    )
    episode = replace(first, info=info, images={"front": images}, states=np.zeros((steps, 0)))
    return write_episode(tmp_path / "robot", episode), episode

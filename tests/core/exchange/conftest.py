"""Episodes to exchange, without a simulator."""

import contextlib
import resource
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.data import Episode, episode_from_arrays, write_episode
from core.exchange import Imported, import_episodes

FIELDS = {"end_effector_position": 3, "gripper_opening": 1, "joint_positions": 7}


def build_episode(number: int, *, images: bool = True) -> Episode:
    """An episode whose every number depends on `number`."""
    random = np.random.default_rng(number)
    T = 10 + 3 * number
    episode = episode_from_arrays(
        "push",
        number,
        "gamepad",
        observations={
            name: random.normal(size=(T, size)).astype(np.float32) for name, size in FIELDS.items()
        },
        actions=random.uniform(-1, 1, (T, 7)).astype(np.float32),
        rewards=(np.arange(T) == T - 1).astype(np.float32),
        states=random.normal(size=(T, 31)),
        interventions=random.random(T) < 0.3,
        success=(True, False, None)[number % 3],
        control_rate=20.0,
        measured_rate=19.97,
        model_hash="0" * 64,
        identifier=f"push-{number:03d}",
    )
    if not images:
        return episode
    names = ("workspace_image", "wrist_image")
    pictures = {n: random.integers(0, 256, (T, 12, 16, 3), dtype=np.uint8) for n in names}
    return replace(episode, info=replace(episode.info, images=names), images=pictures)


@pytest.fixture
def episodes() -> list[Episode]:
    return [build_episode(number) for number in range(4)]


@pytest.fixture
def workspace(episodes, tmp_path) -> Path:
    folder = tmp_path / "mine"
    for episode in episodes:
        write_episode(folder / "episodes", episode)
    return folder


@pytest.fixture
def take_in() -> Callable[..., list[Imported]]:
    def run(source, folder, **options) -> list[Imported]:
        return list(import_episodes(source, folder, **options))

    return run


@contextlib.contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes, as if the disk were full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def disk_of():
    return full_disk

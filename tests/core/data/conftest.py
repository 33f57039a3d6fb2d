"""Episodes to record with, without a simulator."""

from collections.abc import Callable

import numpy as np
import pytest

from core.data import Episode, EpisodeRecorder
from core.spec import ARM

FIELDS = {"end_effector_position": 3, "gripper_opening": 1, "joint_positions": 7}
STATE_SIZE = 40


def build_episode(
    task: str = "push",
    steps: int = 30,
    success: bool | None = True,
    identifier: str | None = None,
    seed: int = 7,
) -> Episode:
    """A smooth episode whose every number depends on the seed."""
    generator = np.random.default_rng(seed)
    recorder = EpisodeRecorder()
    recorder.begin(
        task,
        seed,
        "script",
        control_rate=20.0,
        model_hash="0" * 64,
        fields=tuple(ARM[name] for name in FIELDS),
        identifier=identifier,
    )
    for step in range(steps):
        recorder.append(
            {name: np.sin(step / 9 + generator.normal(size=n)) for name, n in FIELDS.items()},
            np.clip(generator.normal(size=7), -1, 1),
            float(step == steps - 1),
            generator.normal(size=STATE_SIZE),
            intervention=step % 3 == 0,
        )
    return recorder.finish(success)


@pytest.fixture
def make_episode() -> Callable[..., Episode]:
    return build_episode

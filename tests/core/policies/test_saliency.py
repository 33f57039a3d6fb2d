"""Where a policy looks: at what its actions depend on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from core.learning import Checkpoint, Dataset, Trainer, get_preset
from core.policies import ObservationError, Saliency, make_policy
from core.policies.saliency import BLUR

SIDE = 32


@dataclass(frozen=True)
class Info:
    identifier: str
    task: str = "follow"
    control_rate: float = 10.0


@dataclass(frozen=True)
class Filmed:
    info: Info
    observations: dict[str, np.ndarray]
    actions: np.ndarray


def filmed(number: int) -> Filmed:
    """An episode of noise, seen by two cameras."""
    rng = np.random.default_rng(number)
    shape = (10, SIDE, SIDE, 3)
    images = {name: rng.integers(0, 256, shape, np.uint8) for name in ("top", "hand")}
    observations = {"angle": rng.normal(size=(10, 1)).astype(np.float32), **images}
    actions = rng.uniform(-1, 1, (10, 2)).astype(np.float32)
    return Filmed(Info(f"f{number}"), observations, actions)


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    """A policy that looks at the left half of one camera's images."""
    torch.set_num_threads(1)
    dataset = Dataset.from_episodes([filmed(n) for n in range(2)])
    trainer = Trainer(dataset, get_preset("cameras"), "cpu")
    modalities = trainer.model.encoder.modalities
    with torch.no_grad():
        modalities["hand"].layers[0].weight.zero_()
        weight = modalities["top"].layers[0].weight  # (features, channels * rows * columns)
        weight.view(len(weight), -1, SIDE // 8, SIDE // 8)[..., 1:] = 0.0
    return Checkpoint.from_trainer(trainer)


@pytest.fixture
def frame() -> dict[str, np.ndarray]:
    return {name: values[3] for name, values in filmed(9).observations.items()}


def test_it_looks_where_the_commands_come_from(checkpoint, frame):
    maps = Saliency(checkpoint).maps(frame)
    assert {name: each.shape for name, each in maps.items()} == {
        "top": (SIDE, SIDE),
        "hand": (SIDE, SIDE),
    }
    assert all(0.0 <= each.min() <= each.max() <= 1.0 for each in maps.values())
    assert maps["top"].max() == 1.0
    assert not maps["top"][:, SIDE // 2 + BLUR :].any()
    assert not maps["hand"].any()


def test_the_same_frame_gives_the_same_maps_and_the_policy_acts_as_before(checkpoint, frame):
    policy = make_policy(checkpoint, "bc")
    rows = {name: values[None] for name, values in frame.items()}
    before = policy.act(rows)
    saliency = Saliency(checkpoint)
    saliency.copies = 2
    once, again = saliency.maps(frame), saliency.maps(frame)
    for name, each in once.items():
        np.testing.assert_array_equal(each, again[name])
    policy.reset(1)
    np.testing.assert_array_equal(policy.act(rows), before)


def test_a_frame_without_images_is_a_sentence(checkpoint, frame):
    with pytest.raises(ObservationError, match="no image of any camera"):
        Saliency(checkpoint).maps({"angle": frame["angle"]})


def test_a_lost_camera_matters_nowhere(checkpoint, frame):
    maps = Saliency(checkpoint).maps({**frame, "top": np.zeros_like(frame["top"])})
    assert not maps["top"].any()

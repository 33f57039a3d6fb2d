"""A small checkpoint of reaching, trained for a moment."""

from dataclasses import replace

import pytest
import torch

from core.data import Episode, scripted_episode
from core.learning import Checkpoint, Configuration, Dataset, Trainer, get_preset
from core.simulation import PolicyCameras, demonstrate, image_field

torch.set_num_threads(1)  # with other cores busy, more threads are a hundred times slower

SMALL = {
    "encoder": {"latent": 32, "hidden": [48]},
    "predictor": {"hidden": [48]},
    "belief": {"size": 32},
    "head": {"chunk": 8, "hidden": [48]},
    "training": {"steps": 60, "window": 24},
}


@pytest.fixture(scope="session")
def episodes() -> list[Episode]:
    return [scripted_episode(rollout) for rollout in demonstrate("reach", 8)]


@pytest.fixture(scope="session")
def trainer(episodes) -> Trainer:
    trainer = Trainer(Dataset.from_episodes(episodes), Configuration.from_dict(SMALL), "cpu")
    for _ in range(60):
        trainer.update()
    return trainer


@pytest.fixture(scope="session")
def checkpoint(trainer) -> Checkpoint:
    return Checkpoint.from_trainer(trainer)


@pytest.fixture
def other_rate(episodes) -> Checkpoint:
    """Trained on recordings of half the control rate."""
    slow = [replace(e, info=replace(e.info, control_rate=10.0)) for e in episodes]
    trainer = Trainer(Dataset.from_episodes(slow), Configuration.from_dict(SMALL), "cpu")
    return Checkpoint.from_trainer(trainer)


@pytest.fixture(scope="session")
def camera_checkpoint(episodes) -> Checkpoint:
    """Senses images of the workspace camera, drawn from the simulator, and proprioception."""
    field, filmed = image_field("workspace", 16), []
    with PolicyCameras("reach", (field,)) as cameras:
        for episode in episodes[:3]:
            images = cameras.render(episode.states)
            info = replace(episode.info, images=tuple(images), declared=(field,))
            filmed.append(replace(episode, info=info, images=images))
    c = get_preset("cameras")
    c = replace(c, training=replace(c.training, batch=8))
    trainer = Trainer(Dataset.from_episodes(filmed), c, "cpu")
    trainer.update()
    return Checkpoint.from_trainer(trainer)

"""A small checkpoint of reaching, trained for a moment."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from torch import nn

from core.data import Episode, EpisodeInfo, scripted_episode
from core.learning import ENCODERS, Checkpoint, Configuration, Dataset, Encoder, Trainer
from core.registry import Registry
from core.simulation import PolicyCameras, demonstrate, image_field
from core.spec import Field

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


class Pixels(Encoder):
    """One linear layer over the images of the workspace."""

    takes_images = True

    def __init__(self, configuration, spec, normaliser):
        super().__init__(configuration, spec, normaliser)
        self.linear = nn.Linear(16 * 16 * 3, configuration.latent)

    def forward(self, observation):
        image = observation["workspace_image"]
        return torch.tanh(self.linear(image.flatten(-3).float() / 255.0))


@dataclass(frozen=True)
class Filmed:
    """A demonstration with images among its observations."""

    info: EpisodeInfo
    observations: dict[str, np.ndarray]
    actions: np.ndarray
    fields: tuple[Field, ...]


@pytest.fixture
def camera_checkpoint(episodes, monkeypatch) -> Checkpoint:
    """Senses nothing but images of the workspace camera, drawn from the simulator."""
    known = Registry("encoder", {**ENCODERS, "pixels": Pixels}, expected=Encoder)
    monkeypatch.setattr("core.learning.encoders.ENCODERS", known)
    field, filmed = image_field("workspace", 16), []
    with PolicyCameras("reach", (field,)) as cameras:
        for episode in episodes[:3]:
            observations = episode.observations | cameras.render(episode.states)
            fields = (*episode.fields, field)
            filmed.append(Filmed(episode.info, observations, episode.actions, fields))
    c = Configuration.from_dict(SMALL)
    kinds = ("position", "displacement", "rotation", "opening", "joint", "velocity", "wrench")
    encoder = replace(c.encoder, kind="pixels", ignored=kinds)
    c = replace(c, encoder=encoder, observer=replace(c.observer, kind="none"))
    trainer = Trainer(Dataset.from_episodes(filmed), c, "cpu")
    trainer.update()
    return Checkpoint.from_trainer(trainer)

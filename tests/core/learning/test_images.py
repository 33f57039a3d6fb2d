"""Camera images go the whole way: data set, windows, encoder, checkpoint, policy."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from core.learning import (
    ENCODERS,
    ConfigurationError,
    Dataset,
    Encoder,
    Trainer,
    load_checkpoint,
    save_checkpoint,
)
from core.policies import ObservationError, make_policy
from core.registry import Registry

SIZE = 8


class Pixels(Encoder):
    """One linear layer over the pixels of the camera, and nothing else."""

    takes_images = True

    def __init__(self, configuration, spec, normaliser):
        super().__init__(configuration, spec, normaliser)
        self.linear = nn.Linear(SIZE * SIZE * 3, configuration.latent)

    def forward(self, observation):
        image = observation["camera"]
        assert image.dtype == torch.uint8, "bytes until the encoder"
        return torch.tanh(self.linear(image.flatten(-3).float() / 255.0))


@pytest.fixture(autouse=True)
def encoders(monkeypatch):
    known = Registry("encoder", {**ENCODERS, "pixels": Pixels}, expected=Encoder)
    monkeypatch.setattr("core.learning.encoders.ENCODERS", known)


@pytest.fixture
def filmed(make_episode) -> Dataset:
    """Episodes with a camera that shows the point as one bright pixel."""
    episodes = []
    for number in range(4):
        episode = make_episode(number, 20)
        position = episode.observations["end_effector_position"]
        column, row = np.clip(((position[:, :2] + 0.3) / 0.6 * SIZE).astype(int), 0, SIZE - 1).T
        images = np.zeros((20, SIZE, SIZE, 3), np.uint8)
        images[np.arange(20), row, column] = 255
        observations = {**episode.observations, "camera": images}
        episodes.append(replace(episode, observations=observations))
    return Dataset.from_episodes(episodes)


@pytest.fixture
def pixels(small_configuration):
    """Only the camera is looked at."""
    c = small_configuration()
    return replace(
        c,
        encoder=replace(c.encoder, kind="pixels", senses=("camera",), goal="seen"),
        observer=replace(c.observer, kind="none"),
    )


def test_an_encoder_of_vectors_refuses_images_in_a_sentence(filmed, small_configuration):
    c = small_configuration()
    c = replace(c, encoder=replace(c.encoder, senses=("cameras",)))
    with pytest.raises(ConfigurationError, match=r"'mlp' takes no images \(camera\); choose"):
        Trainer(filmed, c, "cpu")


def test_a_policy_of_the_state_does_not_sense_images(filmed, small_configuration):
    assert "camera" not in Trainer(filmed, small_configuration(), "cpu").model.spec.senses


def test_a_policy_of_images_trains_is_saved_and_acts(filmed, pixels, tmp_path):
    trainer = Trainer(filmed, pixels, "cpu")
    assert trainer.motion is None, "what a camera saw cannot be rotated afterwards"
    before = trainer.model.encoder.linear.weight.clone()
    while not trainer.finished:
        trainer.update()
    assert not torch.equal(trainer.model.encoder.linear.weight, before)
    checkpoint = load_checkpoint(save_checkpoint(tmp_path / "run", trainer))
    assert checkpoint.spec.senses == ("camera",)
    probes = [field.name for field in checkpoint.spec.probes]
    assert probes == ["end_effector_position", "goal_position", "mass"]
    assert not checkpoint.demonstrations.observations.images, "latents are kept, not images"
    images = filmed.demonstrations.observations["camera"]
    for mode in ("bc", "nearest", "plan"):
        policy = make_policy(checkpoint, mode)
        policy.reset(2)
        chosen = policy.act({"camera": images[[0, 30]].numpy()})
        assert chosen.shape == (2, 7)
        believed = policy.explain(0).observation
        assert believed is not None and believed["end_effector_position"].shape == (3,)


def test_images_of_another_size_are_refused_with_both_sizes(filmed, pixels, tmp_path):
    trainer = Trainer(filmed, pixels, "cpu")
    policy = make_policy(load_checkpoint(save_checkpoint(tmp_path / "run", trainer)), "bc")
    with pytest.raises(ObservationError, match=r"\(1, 4, 4, 3\); expected \(1, 8, 8, 3\)"):
        policy.act({"camera": np.zeros((1, 4, 4, 3), np.uint8)})

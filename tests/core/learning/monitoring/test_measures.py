from dataclasses import replace

import numpy as np
import pytest
import torch

from core.learning import Dataset, Trainer
from core.learning.encoders import Encoder
from core.learning.monitoring.measures import measure_representation, probe_r2
from core.learning.monitoring.monitor import Monitor


@pytest.fixture
def latents() -> torch.Tensor:
    return torch.randn(400, 5, generator=torch.Generator().manual_seed(0))


def test_a_probe_finds_what_is_linear_in_the_latent(latents):
    truth = latents @ torch.arange(15.0).reshape(5, 3) + 2.0
    held_out = torch.arange(400) % 2 == 1
    assert probe_r2(latents, truth, held_out) > 0.999


def test_a_probe_finds_nothing_where_there_is_nothing(latents):
    truth = torch.randn(400, 3, generator=torch.Generator().manual_seed(1))
    held_out = torch.arange(400) % 2 == 1
    assert -0.2 < probe_r2(latents, truth, held_out) < 0.05
    assert -0.2 < probe_r2(torch.zeros(400, 5), truth, held_out) < 0.05  # collapsed


def test_features_that_never_change_are_left_out(latents):
    truth = torch.cat((latents[:, :1], torch.ones(400, 1)), dim=1)
    assert probe_r2(latents, truth, torch.arange(400) % 2 == 1) > 0.999


@pytest.mark.parametrize("updates", [3, 9])  # while the representation learns, and once frozen
def test_measuring_changes_neither_modes_nor_statistics(updates, small_configuration, dataset):
    c = small_configuration()
    trainer = Trainer(
        dataset,
        replace(
            c,
            encoder=replace(c.encoder, normalisation="batch"),
            training=replace(c.training, protocol="frozen", steps=6, head_steps=6),
        ),
        "cpu",
    )
    for _ in range(updates):
        trainer.update()
    modes = {name: module.training for name, module in trainer.model.named_modules()}
    before = trainer.state().tensors
    Monitor(trainer).collapse()
    measure_representation(trainer.model, dataset.demonstrations)
    assert {name: module.training for name, module in trainer.model.named_modules()} == modes
    after = trainer.state().tensors
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_the_probe_asks_for_nothing_that_the_encoder_ignores(make_episode, small_configuration):
    episodes = [make_episode(number, 12) for number in range(40)]
    for number, episode in enumerate(episodes):
        noise = np.random.default_rng(number).normal(size=(len(episode.actions), 12))
        episode.observations["static"] = noise.astype(np.float32)
    dataset, c = Dataset.from_episodes(episodes), small_configuration()
    deaf = replace(c, encoder=replace(c.encoder, ignored=("static",)))
    model = Trainer(dataset, deaf, "cpu").model
    # six of eighteen columns are positions: with the noise counted it could not reach a third
    assert measure_representation(model, dataset.demonstrations).probe > 0.7


class ForeignEncoder(Encoder):
    """As one registered elsewhere, which says nothing of what it sees."""

    def forward(self, observation):
        hand = observation["end_effector_position"]
        return hand.sum(dim=-1, keepdim=True).expand(-1, self.latent)


def test_an_encoder_need_not_say_what_it_sees(small_configuration, dataset):
    model = Trainer(dataset, small_configuration(), "cpu").model
    c = model.configuration.encoder
    other = ForeignEncoder(c, dataset.spec, dataset.normaliser)
    model.encoder = model.target_encoder = other
    assert measure_representation(model, dataset.demonstrations).probe < 1.0

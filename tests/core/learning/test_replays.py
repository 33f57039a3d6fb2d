"""Replays teach encoder and predictor, and no policy imitates them."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.learning import Dataset, LearningError, Trainer
from core.learning.dataset.windows import WindowSampler


@pytest.fixture
def with_replays(make_episode):
    """A data set of six demonstrations and four replays, whose actions can be given."""

    def make(actions=None):
        replays = [make_episode(100 + i) for i in range(4)]
        if actions is not None:
            replays = [replace(r, actions=np.full_like(r.actions, actions)) for r in replays]
        return Dataset.from_episodes([make_episode(i) for i in range(6)], replays=replays)

    return make


def with_setting(configuration, **training):
    return replace(configuration, training=replace(configuration.training, **training))


def losses_of(dataset, configuration):
    """All terms of the first update, with the draws of one seed."""
    trainer = Trainer(dataset, configuration, "cpu")
    return {name: value.item() for name, value in trainer.losses().items()}


def test_windows_of_replays_come_after_those_of_demonstrations(with_replays):
    dataset = with_replays()
    sampler = WindowSampler(
        dataset.rows,
        batch=8,
        time=10,
        chunk=4,
        generator=torch.Generator().manual_seed(0),
    )
    windows = sampler.draw(2)
    rows = len(dataset.demonstrations.observations)
    assert torch.equal(windows.imitated[:8], windows.exists[:8])
    assert not windows.imitated[8:].any()
    assert (windows.rows[:, 0] < rows).tolist() == [True] * 8 + [False] * 4


def test_one_step_of_an_episode_may_be_left_out_of_imitation(dataset, small_configuration):
    """What is done there teaches the predictor and not the policy, wherever it lies in a chunk."""
    configuration = with_setting(small_configuration(), rotation=0.0, mirror=False)
    loss = replace(configuration.loss, hidden_future=1.0)
    configuration = replace(configuration, loss=loss)
    data, found = dataset.rows, {}
    imitated = torch.arange(len(data.actions)) % 5 != 2
    for action in (0.3, -0.3):
        actions = torch.where(
            imitated[:, None], data.actions, torch.full_like(data.actions, action)
        )
        rows = replace(data, actions=actions, imitated=imitated)
        found[action] = losses_of(replace(dataset, rows=rows), configuration)
    for name in ("action", "gripper", "goal"):
        assert found[0.3][name] == found[-0.3][name]
    for name in ("prediction", "inverse_dynamics"):
        assert found[0.3][name] != found[-0.3][name]


def test_rows_that_are_not_imitated_follow_their_episodes(with_replays):
    dataset = with_replays()
    kept = dataset.rows.chosen([5, 6])
    assert kept.imitated.tolist() == [True] * kept.lengths[0] + [False] * kept.lengths[1]
    assert dataset.rows.imitable() == list(range(6))
    assert dataset.demonstrations.identifiers == dataset.rows.identifiers[:6]


def test_what_is_done_in_replays_teaches_the_predictor_and_not_the_policy(
    with_replays, small_configuration
):
    configuration = with_setting(small_configuration(), replays=1)
    calm = losses_of(with_replays(), configuration)
    wild = losses_of(with_replays(actions=-1.0), configuration)
    for name in ("action", "gripper", "goal"):
        assert wild[name] == calm[name]
    for name in ("prediction", "inverse_dynamics"):
        assert wild[name] != calm[name]


def test_a_later_latent_is_hidden_from_demonstrations_only(with_replays, small_configuration):
    configuration = with_setting(small_configuration(), replays=1)
    loss = replace(configuration.loss, hidden_future=1.0)
    trainer = Trainer(with_replays(), replace(configuration, loss=loss), "cpu")
    seen = []
    inverse = trainer.model.objectives["inverse_dynamics"]
    before = trainer.model.belief.size  # what follows in the input is the later latent
    inverse.network.register_forward_pre_hook(lambda _, given: seen.append(given[0][..., before:]))
    trainer.update()
    hidden = (seen[0] == 0).flatten(1).all(dim=1)
    batch = configuration.training.batch
    assert hidden.tolist() == [True] * batch + [False] * (len(hidden) - batch)


def test_the_head_of_a_frozen_representation_sees_none(with_replays, small_configuration):
    configuration = with_setting(
        small_configuration(), replays=1, protocol="frozen", steps=2, head_steps=2
    )
    trainer = Trainer(with_replays(), configuration, "cpu")
    assert trainer.sampler.replayed > 0
    for _ in range(3):
        trainer.update()
    assert trainer.phase.name == "head"
    assert trainer.sampler.replayed == 0


def test_settings_that_ask_for_replays_need_them(dataset, small_configuration):
    with pytest.raises(LearningError, match=r"training\.replays is 2"):
        Trainer(dataset, with_setting(small_configuration(), replays=2), "cpu")

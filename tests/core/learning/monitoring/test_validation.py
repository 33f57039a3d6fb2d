"""What is held out is measured and never learned from."""

from dataclasses import replace

import pytest
import torch

from core.learning import (
    Dataset,
    DatasetError,
    Trainer,
    held_out_demonstrations,
    imitation_losses,
    measure_representation,
)


def test_the_loss_of_what_is_trained_on_falls_below_that_of_a_fresh_model(
    episodes, small_configuration
):
    dataset = Dataset.from_episodes(episodes[:6])
    held_out = held_out_demonstrations(dataset, episodes[6:])
    trainer = Trainer(dataset, small_configuration(steps=120, batch=16), "cpu")
    before = imitation_losses(trainer.model, held_out)
    assert set(before) == {"action", "gripper"}
    while not trainer.finished:
        trainer.update()
    after = imitation_losses(trainer.model, held_out)
    assert after["action"] < 0.8 * before["action"]


def test_held_out_demonstrations_are_normalised_by_those_trained_on(episodes):
    dataset = Dataset.from_episodes(episodes[:6])
    held_out = held_out_demonstrations(dataset, episodes[6:])
    packed = dataset.normaliser.apply(episodes[6].observations).packed
    assert torch.equal(held_out.observations.packed[: len(packed)], packed)
    assert held_out.identifiers == tuple(e.info.identifier for e in episodes[6:])


def test_looking_changes_nothing(episodes, small_configuration):
    dataset = Dataset.from_episodes(episodes[:6])
    held_out = held_out_demonstrations(dataset, episodes[6:])
    ends = []
    for looks in (False, True):
        trainer = Trainer(dataset, small_configuration(), "cpu")
        while not trainer.finished:
            trainer.update()
            if looks:
                imitation_losses(trainer.model, held_out)
                measure_representation(trainer.model, dataset.demonstrations)
        ends.append(trainer.model.state_dict())
    assert all(torch.equal(ends[0][name], ends[1][name]) for name in ends[0])


def test_what_cannot_be_held_out_is_refused(episodes):
    dataset = Dataset.from_episodes(episodes[:6])
    with pytest.raises(DatasetError, match="no demonstrations are held out"):
        held_out_demonstrations(dataset, [])
    with pytest.raises(DatasetError, match="is trained on and cannot be held out"):
        held_out_demonstrations(dataset, episodes[5:])
    other = replace(episodes[6], observations={"mass": episodes[6].observations["mass"]})
    with pytest.raises(DatasetError, match="has other fields or actions"):
        held_out_demonstrations(dataset, [other])

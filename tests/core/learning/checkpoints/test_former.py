"""Checkpoints of former versions are read, and resumed, as they were meant.

`checkpoints/version-2` was written by the program as it was then, after three updates on two
episodes of `point_episode`, with narrow probes to be small.
"""

from pathlib import Path

import pytest
import torch

from core.learning import Configuration, Dataset, Trainer, load_checkpoint, resume_training

VERSION_2 = Path(__file__).parent / "version-2"
UPDATES = 3


@pytest.fixture(autouse=True)
def narrow_probes(monkeypatch):
    for module in ("heads", "objectives.inverse_dynamics", "objectives.baselines.masked"):
        monkeypatch.setattr(f"core.learning.{module}.PROBE_WIDTH", 8)


@pytest.fixture
def small_dataset(make_episode) -> Dataset:
    return Dataset.from_episodes([make_episode(i, 14) for i in range(2)])


def test_it_is_deployed_with_its_weights_and_demonstrations(small_dataset):
    checkpoint = load_checkpoint(VERSION_2)
    data = small_dataset.demonstrations
    assert checkpoint.provenance["step"] == UPDATES
    assert checkpoint.configuration.training.rotation == 0.3
    assert checkpoint.demonstrations.identifiers == data.identifiers
    torch.testing.assert_close(
        checkpoint.demonstrations.observations.packed, data.observations.packed
    )
    assert not any(name.startswith("objectives") for name in checkpoint.model.state_dict())
    belief = checkpoint.encoded_demonstrations().beliefs
    assert torch.isfinite(checkpoint.model.action_chunk(belief)).all()


def test_it_is_resumed_as_if_it_had_been_trained_today(small_dataset):
    """Weights, averages of the optimisers and draws are those of the same training anew."""
    resumed = resume_training(VERSION_2, small_dataset, "cpu")
    settings = resumed.configuration.to_dict()
    anew = Trainer(small_dataset, Configuration.from_dict(settings), "cpu")
    for _ in range(UPDATES):
        anew.update()
    for _ in range(2):
        found, expected = resumed.state(), anew.state()
        assert found.tensors.keys() == expected.tensors.keys()
        for name, tensor in expected.tensors.items():
            torch.testing.assert_close(found.tensors[name], tensor, atol=1e-5, rtol=1e-4)
        assert resumed.update().keys() == anew.update().keys()

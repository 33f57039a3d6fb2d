"""A small checkpoint of reaching, trained for a moment."""

import pytest
import torch

from core.data import scripted_episode
from core.learning import Checkpoint, Configuration, Dataset, Trainer
from core.simulation import demonstrate

torch.set_num_threads(1)  # with other cores busy, more threads are a hundred times slower

SMALL = {
    "encoder": {"latent": 32, "hidden": [48]},
    "predictor": {"hidden": [48]},
    "belief": {"size": 32},
    "head": {"chunk": 8, "hidden": [48]},
    "training": {"steps": 60, "window": 24},
}


@pytest.fixture(scope="session")
def checkpoint() -> Checkpoint:
    episodes = [scripted_episode(rollout) for rollout in demonstrate("reach", 8)]
    trainer = Trainer(Dataset.from_episodes(episodes), Configuration.from_dict(SMALL), "cpu")
    for _ in range(60):
        trainer.update()
    return Checkpoint.from_trainer(trainer)

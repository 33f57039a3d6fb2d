"""Demonstrations of reaching, and a small checkpoint that was trained on them."""

from __future__ import annotations

import pytest
import torch

from core.data import scripted_episode, write_episode
from core.learning import Configuration
from core.runs import TrainingRequest
from core.runs.run import TrainingRun
from core.simulation import demonstrate

torch.set_num_threads(1)


@pytest.fixture(scope="session")
def recordings(tmp_path_factory):
    """Files of three demonstrations."""
    folder = tmp_path_factory.mktemp("recordings")
    for rollout in demonstrate("reach", 3, 0):
        write_episode(folder, scripted_episode(rollout))
    return tuple(sorted(folder.glob("*.hdf5")))


@pytest.fixture(scope="session")
def checkpoint(recordings, tmp_path_factory):
    """The folder of a complete training."""
    small = Configuration.from_dict({"training": {"steps": 2, "window": 8, "batch": 4}})
    folder = tmp_path_factory.mktemp("trained") / "reach-1"
    run = TrainingRun.prepare(TrainingRequest(recordings, folder, small, device="cpu"))
    run.train(lambda _: None)
    return run.save()

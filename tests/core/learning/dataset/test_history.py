"""The last frames of a field are sensed in deployment as in training."""

import numpy as np
import torch

from core.learning.dataset.history import Histories, with_histories
from core.spec import ARM, Field

FORCE = ARM["wrist_force"]
HISTORY = FORCE.remembered(3)


def test_a_history_knows_its_source():
    assert HISTORY.name == "wrist_force_history" and HISTORY.shape == (9,)
    assert HISTORY.demanded == FORCE
    assert Field.from_dict(HISTORY.to_dict()) == HISTORY


def test_the_newest_frame_is_last_and_the_first_is_repeated():
    rows = np.arange(15, dtype=np.float32).reshape(5, 3)
    found = with_histories({"wrist_force": rows}, (FORCE, HISTORY))["wrist_force_history"]
    assert found.shape == (5, 9)
    assert np.array_equal(found[0], np.tile(rows[0], 3))
    assert np.array_equal(found[4], rows[2:].flatten())


def test_deployment_gives_what_training_saw():
    rows = np.random.default_rng(0).normal(size=(2, 6, 3)).astype(np.float32)
    histories = Histories((FORCE, HISTORY))
    histories.reset(2)
    expected = [with_histories({"wrist_force": r}, (HISTORY,))["wrist_force_history"] for r in rows]
    for step in range(6):
        found = histories.add({"wrist_force": rows[:, step]})["wrist_force_history"]
        assert np.array_equal(found, np.stack([each[step] for each in expected]))
    histories.clear(torch.tensor([1]))
    found = histories.add({"wrist_force": rows[:, 0]})["wrist_force_history"]
    assert np.array_equal(found[1], expected[1][0])
    assert not np.array_equal(found[0], expected[0][0])

"""Temporal ensembling against cases worked out by hand."""

import copy
import math

import numpy as np
import pytest
import torch

from core.learning import Checkpoint
from core.policies import TemporalEnsemble, make_policy
from core.policies.ensembling import usual_decay


def chunk(*values: float) -> torch.Tensor:
    return torch.tensor(values).reshape(1, -1, 1)


def test_the_action_is_the_mean_of_what_was_proposed_for_now():
    ensemble = TemporalEnsemble(3, 1)
    assert ensemble.add(chunk(1, 2, 3)).item() == 1
    assert ensemble.add(chunk(4, 5, 6)).item() == pytest.approx((4 + 2) / 2)
    assert ensemble.add(chunk(7, 8, 9)).item() == pytest.approx((7 + 5 + 3) / 3)
    # the first chunk no longer reaches the present
    assert ensemble.add(chunk(0, 0, 0)).item() == pytest.approx((0 + 8 + 6) / 3)


def test_older_chunks_lose_weight_with_decay():
    ensemble = TemporalEnsemble(3, 1, decay=0.5)
    ensemble.add(chunk(1, 2, 3))
    ensemble.add(chunk(4, 5, 6))
    w = [1.0, math.exp(-0.5), math.exp(-1.0)]
    expected = (w[0] * 7 + w[1] * 5 + w[2] * 3) / sum(w)
    assert ensemble.add(chunk(7, 8, 9)).item() == pytest.approx(expected)


def test_places_are_apart_and_cleared_alone():
    ensemble = TemporalEnsemble(2, 1)
    ensemble.resize(2)
    ensemble.add(torch.tensor([[[1.0], [1.0]], [[3.0], [3.0]]]))
    ensemble.clear(torch.tensor([0]))
    action = ensemble.add(torch.tensor([[[5.0], [5.0]], [[5.0], [5.0]]]))
    assert action.flatten().tolist() == [5.0, 4.0]


def test_a_chunk_of_one_is_the_action():
    ensemble = TemporalEnsemble(1, 1)
    assert [ensemble.add(chunk(v)).item() for v in (1.0, 2.0)] == [1.0, 2.0]


def test_newer_chunks_weigh_more_where_demonstrations_are_few(checkpoint):
    assert usual_decay(10) == usual_decay(25) > 0.0 == usual_decay(26)
    assert len(checkpoint.demonstrations) > 25
    few = copy.copy(checkpoint)
    few.demonstrations = checkpoint.demonstrations.spread(10)
    sensed = checkpoint.spec.sensed
    seen = {field.name: np.zeros((1, field.size), np.float32) for field in sensed}
    goals = np.linspace(-0.2, 0.2, 4, dtype=np.float32)

    def actions(learned: Checkpoint, **options: float) -> np.ndarray:
        policy = make_policy(learned, "bc", **options)
        moved = [seen | {"goal_position": np.full((1, 3), goal, np.float32)} for goal in goals]
        return np.asarray([policy.act(each) for each in moved])

    assert np.array_equal(actions(checkpoint), actions(checkpoint, decay=0.0))
    assert np.array_equal(actions(few), actions(few, decay=usual_decay(10)))
    assert not np.array_equal(actions(few), actions(checkpoint))

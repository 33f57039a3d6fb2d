"""The nearest neighbour's own choices."""

import torch

from core.policies import make_policy


def test_selection_by_prediction_takes_the_neighbour_whose_action_leads_where_it_led(
    checkpoint, demonstrations
):
    policy = make_policy(checkpoint, "nearest", by_prediction=True, neighbours=8, continuity=0.0)
    observations, actions = demonstrations[0].observations, demonstrations[0].actions
    for step in range(6):
        policy.act({name: values[step : step + 1] for name, values in observations.items()})
        rows = policy._followed
        assert (rows == rows[:, :1]).all(), "one neighbour is followed"
        state = policy._present
        near = policy.neighbourhood.distances(policy.model.belief.read(state))
        candidates = near.topk(8, dim=1, largest=False).indices
        with torch.inference_mode():
            errors = policy._missed(state, candidates)
            chosen = policy._missed(state, rows[:, :1])
        assert float(chosen) <= float(errors.min()) + 1e-6
        policy.executed(actions[step : step + 1])

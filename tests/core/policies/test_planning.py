"""Latent planning: what is executed is what costs least."""

import numpy as np
import pytest
import torch

from core.policies import PolicyError, make_policy, planning


def test_a_cold_planner_executes_the_course_of_the_least_cost(checkpoint, demonstrations):
    policy = make_policy(checkpoint, "plan", temperature=1e-6)
    policy.reset(1)
    first = {name: values[:1] for name, values in demonstrations[0].observations.items()}
    policy.act(first)
    futures = policy.explain(0).futures
    executed, best, *others = futures
    np.testing.assert_allclose(executed, best, atol=1e-4)
    assert not np.allclose(executed, others[-1], atol=1e-4)


def test_the_second_round_of_the_cross_entropy_method_finds_courses_that_cost_less(
    checkpoint, demonstrations
):
    first = {name: values[:1] for name, values in demonstrations[0].observations.items()}
    policy = make_policy(checkpoint, "plan", solver="cem")
    rounds = []
    costs_of = policy._costs

    def noting(state, rows, chunks):
        costs = costs_of(state, rows, chunks)
        rounds.append(costs)
        return costs

    policy._costs = noting
    policy.act(first)
    proposed, refined = rounds
    assert proposed.shape == refined.shape == (1, 32)
    assert refined.min() <= proposed.min() + 1e-6
    assert refined.median() < proposed.median()
    others = make_policy(checkpoint, "plan").act(first)
    assert torch.isfinite(torch.from_numpy(others)).all()


def test_an_unknown_solver_is_named_with_those_there_are(checkpoint):
    with pytest.raises(PolicyError, match="'annealing'; solvers: mppi, cem"):
        make_policy(checkpoint, "plan", solver="annealing")


def test_a_course_costs_the_same_however_many_are_imagined_together(
    checkpoint, demonstrations, monkeypatch
):
    policy = make_policy(checkpoint, "plan")
    seen = {
        name: np.stack([episode.observations[name][10] for episode in demonstrations[:5]])
        for name in demonstrations[0].observations
    }
    policy.reset(5)
    policy.act(seen)
    state = policy._state
    with torch.inference_mode():
        belief = policy.model.belief.known(state)
        rows = policy.neighbourhood.distances(belief).topk(3, dim=1, largest=False).indices
        chunks = policy._proposals(belief, rows[:, [0, 1, 2, 2]])
        at_once = policy._costs(state, rows, chunks)
        alone = [policy._costs(state[[i]], rows[[i]], chunks[[i]]) for i in range(5)]
        monkeypatch.setattr(planning, "COURSES_AT_ONCE", 1)
        one_by_one = policy._costs(state, rows, chunks)
    torch.testing.assert_close(at_once, torch.cat(alone), atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(at_once, one_by_one, atol=1e-5, rtol=1e-4)
    assert at_once.std(dim=0).min() > 1e-3


def test_courses_are_compared_with_the_nearest_demonstration():
    torch.manual_seed(0)
    courses, ahead, weight = torch.randn(3, 2, 5, 4), torch.randn(3, 2, 6, 4), torch.rand(4)
    difference = courses[:, :, :, None] - ahead[:, :, None]  # (horizon, n, samples, neighbours, D)
    expected = (difference.square() * weight).mean(dim=(0, -1)).amin(dim=-1)
    torch.testing.assert_close(planning._distance(courses, ahead, weight), expected)

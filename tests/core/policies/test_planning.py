"""Latent planning: what is executed is what costs least."""

import numpy as np
import pytest
import torch

from core.policies import PolicyError, make_policy


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

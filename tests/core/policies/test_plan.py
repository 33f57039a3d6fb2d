"""Latent planning: what is executed is what costs least."""

import numpy as np

from core.policies import make_policy


def test_a_cold_planner_executes_the_course_of_the_least_cost(checkpoint, demonstrations):
    policy = make_policy(checkpoint, "plan", temperature=1e-6)
    policy.reset(1)
    first = {name: values[:1] for name, values in demonstrations[0].observations.items()}
    policy.act(first)
    futures = policy.explain(0).futures
    executed, best, *others = futures
    np.testing.assert_allclose(executed, best, atol=1e-4)
    assert not np.allclose(executed, others[-1], atol=1e-4)

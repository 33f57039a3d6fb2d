"""Learning rate and tau at the points where their values are known."""

import pytest

from core.learning import OptimiserConfiguration, TargetConfiguration
from core.learning.schedules import learning_rate, target_tau


def test_warm_up_is_linear_and_cosine_ends_at_zero():
    c = OptimiserConfiguration(learning_rate=1.0, schedule="cosine", warm_up=0.1)
    rates = [learning_rate(c, step, 100) for step in range(100)]
    assert rates[:10] == pytest.approx([(i + 1) / 10 for i in range(10)])
    assert rates[10] == pytest.approx(1.0)
    assert rates[55] == pytest.approx(0.5)
    assert rates[-1] < 0.001


def test_constant_without_warm_up_is_constant():
    c = OptimiserConfiguration(learning_rate=0.3, schedule="constant", warm_up=0.0)
    assert {learning_rate(c, step, 50) for step in range(50)} == {0.3}


def test_tau_goes_from_first_to_last_along_a_cosine():
    c = TargetConfiguration(tau=0.9, final_tau=1.0)
    taus = [target_tau(c, step, 101) for step in range(101)]
    assert taus[0] == pytest.approx(0.9)
    assert taus[50] == pytest.approx(0.95)
    assert taus[-1] == pytest.approx(1.0)

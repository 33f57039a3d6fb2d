import numpy as np
import pytest
from scipy.stats import binomtest

from core.evaluation import SettingsError, bootstrap_mean, mcnemar, wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 857, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_agrees_with_published_values(successes, n, low, high):
    assert wilson(successes, n) == pytest.approx((low, high), abs=5e-5)


def test_wilson_at_the_edges():
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(50, 50)[1] == 1.0
    assert wilson(0, 50)[0] == 0.0
    low, high = wilson(30, 100)
    other = wilson(70, 100)
    assert (1 - high, 1 - low) == pytest.approx(other)
    with pytest.raises(SettingsError, match="5 successes in 4 attempts"):
        wilson(5, 4)


@pytest.mark.parametrize(("only_first", "only_second"), [(0, 0), (3, 3), (1, 8), (12, 2), (0, 6)])
def test_mcnemar_is_the_exact_binomial_test(only_first, only_second):
    first = [True] * only_first + [False] * only_second + [True] * 20 + [False] * 5
    second = [False] * only_first + [True] * only_second + [True] * 20 + [False] * 5
    difference = mcnemar(first, second)
    assert (difference.only_first, difference.only_second) == (only_first, only_second)
    n = only_first + only_second
    expected = binomtest(only_first, n).pvalue if n else 1.0
    assert difference.p_value == pytest.approx(expected)


def test_mcnemar_needs_pairs():
    with pytest.raises(SettingsError, match="same starts"):
        mcnemar([True], [True, False])


def test_bootstrap_covers_the_mean_and_knows_certainty():
    outcomes = np.random.default_rng(0).random((3, 200)) < 0.7
    low, high = bootstrap_mean([outcomes])
    assert low < outcomes.mean() < high
    assert 0.08 < high - low < 0.25
    assert bootstrap_mean([np.ones((3, 50))]) == (1.0, 1.0)
    assert bootstrap_mean([outcomes]) == (low, high)  # the same numbers every time


def test_bootstrap_sees_that_training_seeds_differ():
    alike = np.tile(np.arange(200) % 2 == 0, (3, 1))
    apart = np.stack([np.ones(200), np.zeros(200), np.arange(200) % 2])
    width = [np.diff(bootstrap_mean([outcomes]))[0] for outcomes in (alike, apart)]
    assert width[1] > 3 * width[0]
    with pytest.raises(SettingsError, match=r"expected \(seeds, starts\)"):
        bootstrap_mean([np.zeros(5)])

"""Intervals and tests for success rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import comb, sqrt
from statistics import NormalDist

import numpy as np

from core.evaluation.errors import SettingsError


def wilson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Interval of a success rate after `n` independent attempts; (0, 1) when n is 0.

    The score interval of E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209: unlike the normal
    approximation it stays in [0, 1] and is not empty at 0 or n successes.
    """
    if not 0 <= successes <= n:
        raise SettingsError(f"{successes} successes in {n} attempts; expected 0 to {n}")
    if n == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    p = successes / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low = 0.0 if successes == 0 else middle - half
    high = 1.0 if successes == n else middle + half
    return low, high


@dataclass(frozen=True)
class PairedDifference:
    """Two methods on the same starts: who solved what the other did not."""

    only_first: int
    """Starts that only the first method solved."""
    only_second: int
    """Starts that only the second method solved."""
    p_value: float
    """Two-sided exact McNemar test: chance of so uneven a split if both were equally good."""


def mcnemar(first: Sequence[bool], second: Sequence[bool]) -> PairedDifference:
    """Exact test of McNemar (Psychometrika 12 (1947) 153) on paired outcomes.

    Among the starts on which the two disagree, each method wins with probability 1/2 if they
    are equally good: a binomial test, two-sided by doubling the smaller tail. Raises
    :class:`SettingsError` if the sequences are not of one length.
    """
    if len(first) != len(second):
        raise SettingsError(
            f"{len(first)} and {len(second)} outcomes; McNemar's test needs the same starts"
        )
    only_first = sum(bool(a) and not b for a, b in zip(first, second, strict=True))
    only_second = sum(bool(b) and not a for a, b in zip(first, second, strict=True))
    n, k = only_first + only_second, min(only_first, only_second)
    tail = sum(comb(n, i) for i in range(k + 1)) / 2**n
    return PairedDifference(only_first, only_second, min(1.0, 2 * tail))


def bootstrap_mean(
    groups: Sequence[np.ndarray],
    confidence: float = 0.95,
    resamples: int = 10_000,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile interval of the mean success over training seeds, starts and tasks.

    `groups` holds outcomes (seeds, starts) by task. Training seeds and starts are drawn anew
    independently, each with replacement, since both vary and every start is shared by all seeds
    (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, ch. 13). Every task counts the
    same, and each is drawn anew by itself, since they share neither trainings nor starts. Raises
    :class:`SettingsError` if there are none or one is empty.
    """
    if not groups:
        raise SettingsError("no outcomes; expected (seeds, starts) for each task")
    means = np.mean(
        [_resampled(np.asarray(g), resamples, (seed, i)) for i, g in enumerate(groups)], axis=0
    )
    tail = (1 - confidence) / 2
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


def _resampled(outcomes: np.ndarray, resamples: int, seed: tuple[int, int]) -> np.ndarray:
    """Means (resamples,) of outcomes (seeds, starts) drawn anew."""
    outcomes = outcomes.astype(np.float64)
    if outcomes.ndim != 2 or outcomes.size == 0:
        raise SettingsError(f"outcomes of shape {outcomes.shape}; expected (seeds, starts)")
    n_seeds, n_starts = outcomes.shape
    seeds, starts = _counts(n_seeds, n_starts, resamples, seed)
    sums = np.einsum("rn,rn->r", seeds @ outcomes, starts)  # (resamples,)
    means: np.ndarray = sums / (n_seeds * n_starts)
    return means


@lru_cache(maxsize=4)
def _counts(
    n_seeds: int, n_starts: int, resamples: int, seed: tuple[int, int]
) -> tuple[np.ndarray, np.ndarray]:
    """How often each seed (resamples, seeds) and each start (resamples, starts) is drawn.

    Whole numbers, so that a mean of 1 stays 1. Kept, since drawing them takes a hundred times
    longer than using them, and a table has hundreds of intervals of one shape.
    """
    generator = np.random.default_rng(seed)
    seeds = generator.multinomial(n_seeds, np.full(n_seeds, 1 / n_seeds), size=resamples)
    starts = generator.multinomial(n_starts, np.full(n_starts, 1 / n_starts), size=resamples)
    return seeds.astype(np.float64), starts.astype(np.float64)

"""Success over noise between the measured levels: what a cut through the curves shows."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.simulation.disturbances import varied_noise

if TYPE_CHECKING:
    from core.evaluation import Result

MEASURED, INTERPOLATED, OUTSIDE = "measured", "interpolated", "outside"
SAME = 5e-3
"""Noise levels closer than the slider's step are the same."""


@dataclass(frozen=True)
class ModeAt:
    """One mode at one noise level."""

    mode: str
    """How actions are chosen."""
    kind: str
    """`MEASURED`, `INTERPOLATED` between two measured levels, or `OUTSIDE` of them."""
    rate: float = float("nan")
    """Success rate in [0, 1]."""
    low: float = float("nan")
    """Lower end of the 95% interval."""
    high: float = float("nan")
    """Upper end of the 95% interval."""
    episodes: int = 0
    """Episodes behind it; of the smaller neighbour when interpolated."""
    between: tuple[float, ...] = ()
    """The measured levels it was taken from; those that there are when outside."""


def modes_of(rows: Sequence[Result]) -> list[str]:
    """The modes of `rows`, each once, in their order."""
    return list(dict.fromkeys(row.mode for row in rows))


def noise_of(rows: Sequence[Result]) -> str:
    """Name of the noise over which `rows` are shown."""
    return varied_noise(row.condition for row in rows)


def level(row: Result, noise: str) -> float:
    """The level of that noise at which `row` was measured."""
    strength: float = getattr(row.condition, noise)
    return strength


def curve_of(rows: Sequence[Result], mode: str, noise: str) -> list[Result]:
    """The rows of one mode that have episodes, by rising `noise`."""
    done = [row for row in rows if row.mode == mode and row.outcomes]
    return sorted(done, key=lambda row: level(row, noise))


def cut(rows: Sequence[Result], sigma: float) -> list[ModeAt]:
    """Each mode at noise `sigma`: as measured, or on the straight line between its neighbours.

    Beyond the measured levels nothing is claimed.
    """
    noise = noise_of(rows)
    curves = {mode: curve_of(rows, mode, noise) for mode in modes_of(rows)}
    return [
        _at(mode, curve, [level(row, noise) for row in curve], sigma)
        for mode, curve in curves.items()
    ]


def _at(mode: str, curve: Sequence[Result], levels: Sequence[float], sigma: float) -> ModeAt:
    """One mode at noise `sigma`, given its results at rising `levels`."""
    for row, own in zip(curve, levels, strict=True):
        if abs(own - sigma) < SAME:
            low, high = row.interval
            return ModeAt(mode, MEASURED, row.rate, low, high, row.episodes, (own,))
    place = bisect(levels, sigma)
    if place in (0, len(levels)):
        return ModeAt(mode, OUTSIDE, between=tuple(levels))
    left, right = curve[place - 1], curve[place]
    share = (sigma - levels[place - 1]) / (levels[place] - levels[place - 1])

    def mix(one: float, other: float) -> float:
        return (1 - share) * one + share * other

    return ModeAt(
        mode,
        INTERPOLATED,
        mix(left.rate, right.rate),
        mix(left.interval[0], right.interval[0]),
        mix(left.interval[1], right.interval[1]),
        min(left.episodes, right.episodes),
        (levels[place - 1], levels[place]),
    )

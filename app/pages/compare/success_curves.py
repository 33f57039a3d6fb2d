"""Success over noise between the measured levels: what a cut through the curves shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

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


def curve_of(rows: Sequence[Result], mode: str) -> list[Result]:
    """The rows of one mode that have episodes, by rising noise."""
    return sorted((r for r in rows if r.mode == mode and r.outcomes), key=lambda r: r.noise)


def cut(rows: Sequence[Result], sigma: float) -> list[ModeAt]:
    """Each mode at noise `sigma`: as measured, or on the straight line between its neighbours.

    Beyond the measured levels nothing is claimed.
    """
    return [_at(mode, curve_of(rows, mode), sigma) for mode in modes_of(rows)]


def _at(mode: str, curve: Sequence[Result], sigma: float) -> ModeAt:
    for row in curve:
        if abs(row.noise - sigma) < SAME:
            low, high = row.interval
            return ModeAt(mode, MEASURED, row.rate, low, high, row.episodes, (row.noise,))
    below = [row for row in curve if row.noise < sigma]
    above = [row for row in curve if row.noise > sigma]
    if not below or not above:
        return ModeAt(mode, OUTSIDE, between=tuple(row.noise for row in curve))
    left, right = below[-1], above[0]
    share = (sigma - left.noise) / (right.noise - left.noise)

    def mix(one: float, other: float) -> float:
        return (1 - share) * one + share * other

    return ModeAt(
        mode,
        INTERPOLATED,
        mix(left.rate, right.rate),
        mix(left.interval[0], right.interval[0]),
        mix(left.interval[1], right.interval[1]),
        min(left.episodes, right.episodes),
        (left.noise, right.noise),
    )

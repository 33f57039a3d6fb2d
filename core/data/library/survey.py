"""What a set of recordings looks like as a whole: who stands out, what was done, what was covered.

Everything is computed from the rows of an index, so that ten thousand episodes take milliseconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.data.errors import InvalidEpisodeError
from core.data.quality import BINS
from core.data.rows import EpisodeRow

OUTLYING = 3.5
"""Distance from the median, in robust standard deviations, from which a value is an outlier.

Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993), section 3.
"""


@dataclass(frozen=True)
class Coverage:
    """Where episodes start, or where their goals are, seen from above."""

    points: np.ndarray
    """Positions (N, 3) float64 [m] of the rows that have one."""
    counts: np.ndarray
    """Episodes in each cell (bins, bins) int64, x first."""

    @property
    def share(self) -> float:
        """Part of the cells that hold at least one episode, 0 to 1."""
        return float((self.counts > 0).mean()) if self.counts.size else 0.0


def outliers(values: np.ndarray, threshold: float = OUTLYING) -> np.ndarray:
    """(N,) bool: which of `values` (N,) lie far from the median. What is not finite does not.

    The distance is measured in median absolute deviations scaled to a normal distribution's
    standard deviation, or in mean absolute deviations where more than half of the values agree.
    """
    values = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(values)
    found = np.zeros(values.shape, dtype=np.bool_)
    if finite.sum() < 3:
        return found
    distance = np.abs(values[finite] - np.median(values[finite]))
    scale = 1.4826 * np.median(distance)
    if scale == 0.0:
        scale = 1.2533 * distance.mean()
    if scale > 0.0:
        found[finite] = distance / scale > threshold
    return found


def length_outliers(rows: Sequence[EpisodeRow], threshold: float = OUTLYING) -> np.ndarray:
    """(N,) bool: episodes much longer or shorter than others of their task."""
    return _within_tasks(rows, np.array([row.known.duration for row in rows]), threshold)


def path_outliers(rows: Sequence[EpisodeRow], threshold: float = OUTLYING) -> np.ndarray:
    """(N,) bool: episodes whose end effector went much farther, or less far, than in others."""
    return _within_tasks(rows, np.array([row.path_length for row in rows]), threshold)


def action_histogram(rows: Iterable[EpisodeRow]) -> np.ndarray:
    """How often each action of the rows fell into each part of [-1, 1], (A, bins) int64.

    Broken files do not count. Raises :class:`InvalidEpisodeError` for rows whose actions are of
    different sizes.
    """
    counts = [row.action_counts for row in rows if row.info is not None]
    sizes = sorted({len(each) for each in counts})
    if len(sizes) > 1:
        raise InvalidEpisodeError(
            f"episodes with actions of {' and '.join(map(str, sizes))} entries; choose those of "
            "one robot"
        )
    total = np.zeros_like(counts[0]) if counts else np.zeros((0, BINS), np.int64)
    for each in counts:  # one sum over thousands would hold the interpreter for 40 ms
        total += each
    return total


def coverage(
    rows: Sequence[EpisodeRow], of: Literal["start", "goal"] = "start", bins: int = 10
) -> Coverage:
    """Where the rows start or end, in `bins` × `bins` cells over their bounding box."""
    found = [getattr(row, of) for row in rows]
    points = np.array([point for point in found if point is not None], np.float64).reshape(-1, 3)
    if not len(points):
        return Coverage(points, np.zeros((bins, bins), np.int64))
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    wide = np.maximum(high - low, 1e-3)  # a millimetre, where all are at one place
    counts, _, _ = np.histogram2d(
        points[:, 0], points[:, 1], bins=bins, range=list(zip(low, low + wide, strict=True))
    )
    return Coverage(points, counts.astype(np.int64))


def _within_tasks(rows: Sequence[EpisodeRow], values: np.ndarray, threshold: float) -> np.ndarray:
    found = np.zeros(len(rows), dtype=np.bool_)
    tasks = np.array([row.known.task for row in rows])
    for task in set(tasks) - {""}:
        chosen = tasks == task
        found[chosen] = outliers(values[chosen], threshold)
    return found

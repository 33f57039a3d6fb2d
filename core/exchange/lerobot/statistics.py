"""Statistics that LeRobot keeps of every column, of each episode and of all."""

from collections.abc import Sequence

import numpy as np

QUANTILES = {"q01": 0.01, "q10": 0.10, "q50": 0.50, "q90": 0.90, "q99": 0.99}
IMAGES_LOOKED_AT = 100
"""Statistics of images are taken from at most this many, evenly spaced."""

Statistics = dict[str, np.ndarray]
"""{min, max, mean, std, count, q01 …: (size,)}; (3, 1, 1) for images, scaled to [0, 1]."""


def column_statistics(values: np.ndarray) -> Statistics:
    """Of a column (T,) or (T, size)."""
    return _statistics(values.reshape(len(values), -1).astype(np.float64), len(values))


def image_statistics(pictures: np.ndarray) -> Statistics:
    """Of images (T, height, width, 3) uint8, by colour."""
    chosen = np.linspace(0, len(pictures) - 1, min(len(pictures), IMAGES_LOOKED_AT)).astype(int)
    pixels = pictures[chosen].reshape(-1, 3) / 255.0
    found = _statistics(pixels, len(chosen))
    return {
        name: value if name == "count" else value.reshape(3, 1, 1) for name, value in found.items()
    }


def _statistics(rows: np.ndarray, count: int) -> Statistics:
    quantiles = np.quantile(rows, list(QUANTILES.values()), axis=0)
    return {
        "min": rows.min(axis=0),
        "max": rows.max(axis=0),
        "mean": rows.mean(axis=0),
        "std": rows.std(axis=0),
        "count": np.array([count]),
        **dict(zip(QUANTILES, quantiles, strict=True)),
    }


def merged(parts: Sequence[Statistics]) -> Statistics:
    """Statistics of a column over all episodes from those of each.

    Quantiles are averaged over the episodes, weighted by their lengths, as LeRobot does.
    """
    counts = np.stack([part["count"] for part in parts]).astype(np.float64)  # (episodes, 1)
    weights = (counts / counts.sum()).reshape(-1, *[1] * parts[0]["mean"].ndim)
    mean = (np.stack([part["mean"] for part in parts]) * weights).sum(axis=0)
    spread = np.stack([part["std"] ** 2 + (part["mean"] - mean) ** 2 for part in parts])
    return {
        "min": np.stack([part["min"] for part in parts]).min(axis=0),
        "max": np.stack([part["max"] for part in parts]).max(axis=0),
        "mean": mean,
        "std": np.sqrt((spread * weights).sum(axis=0)),
        "count": counts.sum(axis=0).astype(np.int64),
        **{
            name: (np.stack([part[name] for part in parts]) * weights).sum(axis=0)
            for name in QUANTILES
        },
    }

"""Quaternions (w, x, y, z) of unit length, for many simulations at once.

Only element-wise arithmetic is used, in a fixed order: matrix products and `einsum` may add in
another order for another number of simulations, and the world promises the same bits for all.
"""

import numpy as np


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Rotation `b` followed by rotation `a`; both (n, 4)."""
    aw, ax, ay, az = a.T
    bw, bx, by, bz = b.T
    return np.stack(
        (
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ),
        axis=1,
    )


def conjugate(q: np.ndarray) -> np.ndarray:
    """The inverse rotation (n, 4)."""
    return q * np.array([1.0, -1.0, -1.0, -1.0])


def normalized(q: np.ndarray) -> np.ndarray:
    """`q` (n, 4) scaled to unit length."""
    return q / length(q)[:, None]


def length(v: np.ndarray) -> np.ndarray:
    """Euclidean length of each row (n, k) -> (n,)."""
    total = v[:, 0] * v[:, 0]
    for column in range(1, v.shape[1]):
        total = total + v[:, column] * v[:, column]
    return np.sqrt(total)


def from_vector(v: np.ndarray) -> np.ndarray:
    """Rotation by |v| [rad] about v (n, 3) as quaternions (n, 4)."""
    angle = length(v)
    # sin(x / 2) / x, with its limit where nothing turns
    scale = np.where(angle > 1e-9, np.sin(0.5 * angle) / np.maximum(angle, 1e-9), 0.5)
    return np.stack(
        (np.cos(0.5 * angle), v[:, 0] * scale, v[:, 1] * scale, v[:, 2] * scale), axis=1
    )


def to_vector(q: np.ndarray) -> np.ndarray:
    """The inverse of :func:`from_vector`, the shorter way round: (n, 4) -> (n, 3) [rad]."""
    q = np.where(q[:, :1] < 0.0, -q, q)
    sine = length(q[:, 1:])
    angle = 2.0 * np.arctan2(sine, q[:, 0])
    scale = np.where(sine > 1e-9, angle / np.maximum(sine, 1e-9), 2.0)
    return q[:, 1:] * scale[:, None]


def columns(q: np.ndarray) -> np.ndarray:
    """First two columns of the rotation matrices (n, 4) -> (n, 6): x axis, then y axis.

    Continuous, unlike angles and quaternions (Zhou et al. 2019, "On the Continuity of Rotation
    Representations in Neural Networks").
    """
    w, x, y, z = q.T
    return np.stack(
        (
            1 - 2 * (y * y + z * z),
            2 * (x * y + w * z),
            2 * (x * z - w * y),
            2 * (x * y - w * z),
            1 - 2 * (x * x + z * z),
            2 * (y * z + w * x),
        ),
        axis=1,
    )


def z_axis(q: np.ndarray) -> np.ndarray:
    """Third column of the rotation matrices (n, 4) -> (n, 3)."""
    w, x, y, z = q.T
    return np.stack((2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)), axis=1)

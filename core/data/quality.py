"""How an episode was driven, in a few numbers that help to decide whether to keep it."""

from dataclasses import dataclass

import numpy as np

from core.data.episode import Episode

MOTION = 6
"""The first entries of a command are motion; the gripper's target is none."""
IDLE = 0.02
"""A command whose motion stays below this says nothing."""
BINS = 21
"""Parts that the range [-1, 1] of an action is counted in; odd, so that rest has its own."""


@dataclass(frozen=True)
class Quality:
    """Smoothness and economy of one episode."""

    duration: float
    """Length [s]."""
    idle: float
    """Part of the steps without any motion command, 0 to 1."""
    roughness: float
    """Root mean square change of the motion command in a control step; 0 is a steady hand."""
    path: float
    """Length of the end effector's path [m]; NaN where its position was not recorded."""
    jerk: float
    """Root mean square third derivative of the end effector's position [m/s³]; NaN as `path`."""


def measure_quality(episode: Episode) -> Quality:
    """The quality of an episode; a single step has roughness, path and jerk 0."""
    motion = episode.actions[:, :MOTION].astype(np.float64)  # (T, 6)
    changes = np.diff(motion, axis=0)
    path = jerk = float("nan")
    positions = episode.observations.get("end_effector_position")
    if positions is not None:
        positions = positions.astype(np.float64)
        path = float(np.linalg.norm(np.diff(positions, axis=0), axis=1).sum())
        third = np.diff(positions, n=3, axis=0) * episode.info.control_rate**3  # (T-3, 3)
        jerk = float(np.sqrt((third**2).sum(axis=1).mean())) if len(third) else 0.0
    return Quality(
        duration=episode.info.duration,
        idle=float((np.abs(motion).max(axis=1) < IDLE).mean()) if motion.shape[1] else 1.0,
        roughness=float(np.sqrt((changes**2).sum(axis=1).mean())) if len(changes) else 0.0,
        path=path,
        jerk=jerk,
    )


def idle_ends(episode: Episode) -> tuple[int, int]:
    """`(start, stop)` of the part between the first and the last motion, to trim an episode to.

    The whole episode if nothing in it moves. A change of the gripper's target counts as motion.
    """
    moving = (np.abs(episode.actions[:, :MOTION]) >= IDLE).any(axis=1)  # (T,)
    gripper = episode.actions[:, MOTION:]
    moving[1:] |= (np.abs(np.diff(gripper, axis=0)) >= IDLE).any(axis=1)
    steps = np.flatnonzero(moving)
    return (int(steps[0]), int(steps[-1]) + 1) if len(steps) else (0, len(episode))


def action_counts(actions: np.ndarray) -> np.ndarray:
    """(A, BINS) int64: how often each entry of `actions` (T, A) fell into each part of [-1, 1]."""
    T, A = actions.shape
    bins = np.clip(((actions.astype(np.float64) + 1.0) * (BINS / 2)).astype(int), 0, BINS - 1)
    flat = bins + BINS * np.arange(A)  # (T, A)
    return np.bincount(flat.reshape(T * A), minlength=A * BINS).reshape(A, BINS)


def position_of(episode: Episode, step: int, *names: str) -> tuple[float, float, float] | None:
    """The first of the fields `names` that is a position, at `step` [m]; None without any."""
    for name in names:
        values = episode.observations.get(name)
        if values is not None and values.shape[1:] == (3,):
            x, y, z = (float(value) for value in values[step])
            return x, y, z
    return None

"""How an episode was driven, in a few numbers that help to decide whether to keep it."""

from dataclasses import dataclass

import numpy as np

from core.recording.episode import Episode

MOTION = 6
"""The first entries of a command are motion; the gripper's target is none."""
IDLE = 0.02
"""A command whose motion stays below this says nothing."""


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


def measure_quality(episode: Episode) -> Quality:
    """The quality of an episode; a single step has roughness and path 0."""
    motion = episode.actions[:, :MOTION].astype(np.float64)  # (T, 6)
    changes = np.diff(motion, axis=0)
    path = float("nan")
    positions = episode.observations.get("end_effector_position")
    if positions is not None:
        steps = np.diff(positions.astype(np.float64), axis=0)
        path = float(np.linalg.norm(steps, axis=1).sum())
    return Quality(
        duration=episode.info.duration,
        idle=float((np.abs(motion).max(axis=1) < IDLE).mean()),
        roughness=float(np.sqrt((changes**2).sum(axis=1).mean())) if len(changes) else 0.0,
        path=path,
    )

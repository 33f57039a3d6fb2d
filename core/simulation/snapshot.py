"""What a view needs to draw one simulation."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Snapshot:
    """One simulation at one instant; the arrays are read-only copies that threads may share."""

    time: float
    """Since the start [s]."""
    qpos: np.ndarray
    """Generalised positions (nq,)."""
    mocap_pos: np.ndarray
    """Positions of the mocap bodies (nmocap, 3) [m]."""
    mocap_quat: np.ndarray
    """Rotations of the mocap bodies (nmocap, 4)."""
    end_effector_position: np.ndarray
    """(3,) [m]"""
    success_now: bool
    """Whether the condition for success holds at this instant."""
    grasped: bool
    """Whether both fingers touch the object."""


def frozen_copy(values: np.ndarray) -> np.ndarray:
    """A read-only copy."""
    copy = np.array(values)
    copy.flags.writeable = False
    return copy

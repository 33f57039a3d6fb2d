"""Cartesian control of the arm: a reference pose that commands move, and joint targets that
follow it by damped least squares."""

from dataclasses import dataclass

import numpy as np

from core.simulation import rotation
from core.simulation.command import ANGULAR_SPEED, CONTROL_RATE, LINEAR_SPEED, OPENING

WORKSPACE_LOW = np.array([0.28, -0.30, 0.017])
WORKSPACE_HIGH = np.array([0.66, 0.30, 0.42])
"""Corners of the box in which the end effector may be [m]. All of it can be reached with the tool
pointing down; at the lowest height the finger tips are 3 mm above the table."""

LARGEST_TILT = 0.9
"""How far the tool may lean from pointing straight down [rad]."""

LEAD = 0.03
"""How far the reference may be ahead of the arm [m]. The arm trails by 1.4 cm at full speed; more
would only be force against whatever stops it, and motion after the stick is let go."""

ANGULAR_LEAD = 0.25
"""The same for the rotation [rad]."""

DAMPING = 0.03
"""Damping of the least squares; keeps joint steps finite near a singularity (Wampler 1986)."""

POSTURE_GAIN = 0.1
"""Share of the way to the home posture asked for in each step, in the null space."""

JOINT_MARGIN = 0.03
"""Joint targets keep this far from the joint limits [rad]."""

HOME = np.array([0.0, -0.10, 0.0, -2.30, 0.0, 2.20, 0.78539816])
"""Joint angles [rad] of the posture that the arm prefers: elbow up, tool down."""

STEP = 1.0 / CONTROL_RATE
"""Length of a control step [s]."""


@dataclass
class Reference:
    """Where the commands want the end effector; owned by the world, n simulations."""

    position: np.ndarray
    """(n, 3) [m]"""
    quaternion: np.ndarray
    """(n, 4)"""

    def follow(
        self, commands: np.ndarray, position: np.ndarray, quaternion: np.ndarray
    ) -> np.ndarray:
        """Move by one control step of `commands` (n, 7); return the pose error (n, 6).

        `position` (n, 3) and `quaternion` (n, 4) are where the end effector is. The reference
        stays in the workspace and close to the arm. The error is what remains to go: position
        [m], then rotation [rad], both along world axes.
        """
        asked = commands.astype(np.float64)
        target = self.position + asked[:, :3] * (LINEAR_SPEED * STEP)
        turn = rotation.from_vector(asked[:, 3:6] * (ANGULAR_SPEED * STEP))
        turned = _upright(rotation.normalized(rotation.product(turn, self.quaternion)))

        ahead = target - position
        ahead = ahead * np.minimum(1.0, LEAD / np.maximum(rotation.length(ahead), 1e-9))[:, None]
        target = np.clip(position + ahead, WORKSPACE_LOW, WORKSPACE_HIGH)

        angle = rotation.to_vector(rotation.product(turned, rotation.conjugate(quaternion)))
        share = np.minimum(1.0, ANGULAR_LEAD / np.maximum(rotation.length(angle), 1e-9))
        late = share < 1.0
        angle = np.where(late[:, None], angle * share[:, None], angle)
        pulled = rotation.product(rotation.from_vector(angle), quaternion)

        # A reference that is not pulled keeps its bits: recomputing it from the arm's own pose
        # would let it creep with the arm while the sticks are at rest.
        self.position[:] = target
        self.quaternion[:] = np.where(late[:, None], pulled, turned)
        return np.concatenate((target - position, angle), axis=1)


def _upright(quaternion: np.ndarray) -> np.ndarray:
    """`quaternion` (n, 4), turned back where the tool leans more than allowed."""
    axis = rotation.z_axis(quaternion)
    tilt = np.arccos(np.clip(-axis[:, 2], -1.0, 1.0))
    excess = np.maximum(tilt - LARGEST_TILT, 0.0)
    if not excess.any():
        return quaternion
    # axis x (0, 0, -1): turning about it brings the tool's axis towards straight down
    about = np.stack((-axis[:, 1], axis[:, 0], np.zeros(len(axis))), axis=1)
    about = about / np.maximum(rotation.length(about), 1e-9)[:, None]
    back = rotation.product(rotation.from_vector(about * excess[:, None]), quaternion)
    return np.where((excess > 0.0)[:, None], rotation.normalized(back), quaternion)


def joint_step(jacobian: np.ndarray, error: np.ndarray, joints: np.ndarray) -> np.ndarray:
    """Joint angles to add (n, 7) [rad] so that the pose error (n, 6) vanishes.

    Damped least squares with the rest of the freedom used for posture:
    dq = J⁺ e + (I - J⁺ J) k (q_home - q), with J⁺ = Jᵀ (J Jᵀ + λ² I)⁻¹.
    `jacobian` is (n, 6, 7), position rows first; `joints` (n, 7) [rad].
    """
    n = len(jacobian)
    transposed = np.ascontiguousarray(jacobian.transpose(0, 2, 1))  # (n, 7, 6)
    posture = POSTURE_GAIN * (HOME - joints)
    wanted = error - np.matmul(jacobian, posture[:, :, None]).reshape(n, 6)
    gram = np.matmul(jacobian, transposed) + DAMPING**2 * np.eye(6)
    solved = np.linalg.solve(gram, wanted[:, :, None])
    return np.matmul(transposed, solved).reshape(n, 7) + posture


def finger_target(gripper: np.ndarray) -> np.ndarray:
    """Distance of each finger from the middle [m] for gripper commands in [-1, 1] (n,)."""
    return (1.0 - gripper.astype(np.float64)) * (0.25 * OPENING)

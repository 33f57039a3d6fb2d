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

LARGEST_TILT = 0.5
"""How far the tool may lean from pointing straight down [rad]."""

LARGEST_YAW = 1.3
"""How far it may turn about the vertical to either side [rad]; a cube looks the same after 1.57.
Without these two bounds the wrist can be driven into postures from which it does not return."""

DOWN = np.array([[0.0, 1.0, 0.0, 0.0]])
"""Rotation of a tool that points straight down with its x axis forward (1, 4)."""

LEAD = 0.03
"""How far the reference may be ahead of the arm [m]. The arm trails by 1.4 cm at full speed; more
would only be force against whatever stops it, and motion after the stick is let go."""

ANGULAR_LEAD = 0.25
"""The same for the rotation [rad]."""

DAMPING = 0.1
"""Damping of the least squares where the arm is singular; keeps joint steps finite."""

SINGULAR = 0.0008
"""Manipulability sqrt(det(J Jᵀ)) below which damping sets in; 0.0014 in the middle of the
workspace. Above it the solution is exact, so that a command of zero leaves the arm where it is
while the joints settle into their posture."""

_FLOOR = 1e-3
"""Damping that is always there, so that the equations can be solved."""

ROTATION_WEIGHT = 0.3
"""Worth of an error of 1 rad in metres: where both cannot be had, the position comes first."""

LARGEST_STEP = 0.12
"""Largest change of a joint target in a control step [rad]: 2.4 rad/s, about the published
limit."""

_PASSES = 3
"""How often joints that reach their limit are taken out; more never happens at once."""

POSTURE_GAIN = 0.2
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
        turned = _within_limits(rotation.normalized(rotation.product(turn, self.quaternion)))

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


def _within_limits(quaternion: np.ndarray) -> np.ndarray:
    """`quaternion` (n, 4), turned back where the tool leans or turns more than allowed."""
    # turn about the vertical of the rotation that leads here from straight down
    relative = rotation.product(quaternion, rotation.conjugate(DOWN))
    yaw = 2.0 * np.arctan2(relative[:, 3], relative[:, 0])
    yaw = np.mod(yaw + np.pi, 2.0 * np.pi) - np.pi
    too_far = yaw - np.clip(yaw, -LARGEST_YAW, LARGEST_YAW)
    axis = rotation.z_axis(quaternion)
    too_steep = np.maximum(np.arccos(np.clip(-axis[:, 2], -1.0, 1.0)) - LARGEST_TILT, 0.0)
    wrong = (too_far != 0.0) | (too_steep > 0.0)
    if not wrong.any():
        return quaternion
    # axis x (0, 0, -1): turning about it brings the tool's axis towards straight down
    about = np.stack((-axis[:, 1], axis[:, 0], np.zeros(len(axis))), axis=1)
    about = about / np.maximum(rotation.length(about), 1e-9)[:, None]
    back = rotation.product(rotation.from_vector(about * too_steep[:, None]), quaternion)
    vertical = np.stack((0.0 * too_far, 0.0 * too_far, -too_far), axis=1)
    back = rotation.product(rotation.from_vector(vertical), back)
    return np.where(wrong[:, None], rotation.normalized(back), quaternion)


def joint_step(
    jacobian: np.ndarray, error: np.ndarray, joints: np.ndarray, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Joint angles to add (n, 7) [rad] so that the pose error (n, 6) vanishes.

    `jacobian` is (n, 6, 7), position rows first; `joints` (n, 7) [rad] stay between `low` and
    `high` (7,), and no joint is asked for more than `LARGEST_STEP`. A joint that would pass its
    limit is set to it and the others solve for what is left, so that the arm gives up turning
    rather than leave its place.
    """
    scale = np.array([1.0, 1.0, 1.0, ROTATION_WEIGHT, ROTATION_WEIGHT, ROTATION_WEIGHT])
    jacobian = jacobian * scale[:, None]
    error = error * scale
    step = _least_squares(jacobian, error, POSTURE_GAIN * (HOME - joints))
    stopped = np.zeros(joints.shape, dtype=bool)
    for _ in range(_PASSES):
        beyond = (joints + step < low) | (joints + step > high)
        rows = (beyond & ~stopped).any(axis=1)
        if not rows.any():
            break
        stopped |= beyond
        allowed = np.where(stopped, np.clip(joints + step, low, high) - joints, 0.0)
        free = np.ascontiguousarray(jacobian * ~stopped[:, None, :])
        left = error - np.matmul(jacobian, allowed[:, :, None]).reshape(error.shape)
        posture = np.where(stopped, 0.0, POSTURE_GAIN * (HOME - joints))
        again = allowed + _least_squares(free, left, posture)
        # only those rows: the others must not depend on their neighbours
        step = np.where(rows[:, None], again, step)
    step = np.clip(joints + step, low, high) - joints
    largest = np.abs(step).max(axis=1)
    return step * np.minimum(1.0, LARGEST_STEP / np.maximum(largest, 1e-9))[:, None]


def _least_squares(jacobian: np.ndarray, error: np.ndarray, posture: np.ndarray) -> np.ndarray:
    """Damped least squares with the rest of the freedom used for posture (n, 7).

    dq = J⁺ e + (I - J⁺ J) p, with J⁺ = Jᵀ (J Jᵀ + λ² I)⁻¹ and p the wanted posture change. λ
    grows as the arm comes near a singularity (Nakamura and Hanafusa 1986, "Inverse Kinematic
    Solutions with Singularity Robustness").
    """
    n = len(jacobian)
    transposed = np.ascontiguousarray(jacobian.transpose(0, 2, 1))  # (n, 7, 6)
    wanted = error - np.matmul(jacobian, posture[:, :, None]).reshape(n, 6)
    gram = np.matmul(jacobian, transposed)
    manipulability = np.sqrt(np.maximum(np.linalg.det(gram), 0.0))
    damping = _FLOOR + DAMPING * np.maximum(1.0 - manipulability / SINGULAR, 0.0)
    gram = gram + (damping * damping)[:, None, None] * np.eye(6)
    solved = np.linalg.solve(gram, wanted[:, :, None])
    return np.matmul(transposed, solved).reshape(n, 7) + posture


def joint_limits(ranges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest joint targets (7,) for the model's joint ranges (7, 2) [rad]."""
    return ranges[:, 0] + JOINT_MARGIN, ranges[:, 1] - JOINT_MARGIN


def finger_target(gripper: np.ndarray) -> np.ndarray:
    """Distance of each finger from the middle [m] for gripper commands in [-1, 1] (n,)."""
    return (1.0 - gripper.astype(np.float64)) * (0.25 * OPENING)

"""Sensor readings from what the simulator knows."""

from dataclasses import dataclass

import numpy as np

from core.simulation import rotation
from core.simulation.task import Task


@dataclass(frozen=True)
class Readings:
    """Truth about n simulations from which every observation field is computed."""

    end_effector: np.ndarray
    """Position (n, 3) [m]."""
    hand: np.ndarray
    """Rotation of the tool as quaternions (n, 4)."""
    fingers: np.ndarray
    """Distance of each finger from the middle (n, 2) [m]."""
    joints: np.ndarray
    """(n, 7) [rad]"""
    joint_rates: np.ndarray
    """(n, 7) [rad/s]"""
    wrench: np.ndarray
    """Force [N] and torque [N m] on the tool beside its weight, tool frame (n, 6)."""
    object: np.ndarray | None
    """Position and quaternion (n, 7); None without an object."""
    goal: np.ndarray | None
    """(n, 3) [m]; None without a goal."""


def observation(task: Task, now: Readings) -> dict[str, np.ndarray]:
    """The fields of `task` in their order, {name: (n, size) float32}."""
    values: dict[str, np.ndarray] = {
        "end_effector_position": now.end_effector,
        "end_effector_rotation": rotation.columns(now.hand),
        "gripper_opening": now.fingers[:, :1] + now.fingers[:, 1:],
        "joint_positions": now.joints,
        "joint_velocities": now.joint_rates,
        "wrist_force": now.wrench[:, :3],
        "wrist_torque": now.wrench[:, 3:],
    }
    if now.object is not None:
        values["object_position"] = now.object[:, :3]
        values["object_rotation"] = rotation.columns(now.object[:, 3:])
        values["object_from_end_effector"] = now.object[:, :3] - now.end_effector
    if now.goal is not None:
        values["goal_position"] = now.goal
        values["goal_from_end_effector"] = now.goal - now.end_effector
        if now.object is not None:
            values["goal_from_object"] = now.goal - now.object[:, :3]
    return {field.name: values[field.name].astype(np.float32) for field in task.fields}


def without_tool_weight(
    wrench: np.ndarray, hand: np.ndarray, weight: float, center: np.ndarray
) -> np.ndarray:
    """A wrist reading (n, 6) without the weight of the tool, as a real sensor's driver gives it.

    MuJoCo's sensor tells what the arm exerts on the tool; the result is what the surroundings
    exert on it, and its inertia. `weight` [N] acts at `center` (3,) [m], tool frame.
    """
    w, x, y, z = hand[:, 0], hand[:, 1], hand[:, 2], hand[:, 3]
    # the world's downward direction in the tool's frame: minus the third row of its rotation
    down = -np.stack((2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)), axis=1)
    force = weight * down
    torque = np.stack(
        (
            center[1] * force[:, 2] - center[2] * force[:, 1],
            center[2] * force[:, 0] - center[0] * force[:, 2],
            center[0] * force[:, 1] - center[1] * force[:, 0],
        ),
        axis=1,
    )
    return -wrench - np.concatenate((force, torque), axis=1)

"""What a world can sense: named sensors that a task lists, open to other packages.

A package adds one as an entry point of the group ``act_jepa_studio.sensors``, and a task of its
own that lists the sensor by name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import mujoco
import numpy as np

from core.registry import Registry
from core.simulation import rotation
from core.simulation.errors import InvalidSensorError
from core.spec import ARM, Field


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
    """Force [N] and torque [N m] on the tool without its weight, tool frame (n, 6)."""
    object: np.ndarray | None
    """Position and quaternion (n, 7); None without an object."""
    goal: np.ndarray | None
    """(n, 3) [m]; None without a goal."""
    positions: np.ndarray
    """Generalised positions of the model (n, nq), for sensors of an extension's own bodies."""
    velocities: np.ndarray
    """Generalised velocities of the model (n, nv)."""
    model: mujoco.MjModel
    """The model, for looking up names."""


@dataclass(frozen=True)
class Sensor:
    """One field of an observation and where it comes from."""

    field: Field
    """Its name, shape, kind and unit."""
    read: Callable[[Readings], np.ndarray]
    """The field (n, *shape) of n simulations, without noise."""

    @property
    def name(self) -> str:
        """Key in the observation."""
        return self.field.name


def _object(now: Readings) -> np.ndarray:
    assert now.object is not None
    return now.object


def _goal(now: Readings) -> np.ndarray:
    assert now.goal is not None
    return now.goal


_READ: dict[str, Callable[[Readings], np.ndarray]] = {
    "end_effector_position": lambda now: now.end_effector,
    "end_effector_rotation": lambda now: rotation.columns(now.hand),
    "gripper_opening": lambda now: now.fingers[:, :1] + now.fingers[:, 1:],
    "joint_positions": lambda now: now.joints,
    "joint_velocities": lambda now: now.joint_rates,
    "wrist_force": lambda now: now.wrench[:, :3],
    "wrist_torque": lambda now: now.wrench[:, 3:],
    "object_position": lambda now: _object(now)[:, :3],
    "object_rotation": lambda now: rotation.columns(_object(now)[:, 3:]),
    "object_from_end_effector": lambda now: _object(now)[:, :3] - now.end_effector,
    "goal_position": _goal,
    "goal_from_object": lambda now: _goal(now) - _object(now)[:, :3],
    "goal_from_end_effector": lambda now: _goal(now) - now.end_effector,
}

SENSORS: Registry[Sensor] = Registry(
    "sensor",
    {name: Sensor(ARM[name], read) for name, read in _READ.items()},
    "sensors",
    expected=Sensor,
)
"""All sensors by name: those of the bundled arm and scenes, then those of other packages."""


def observe(sensors: Sequence[str], now: Readings) -> dict[str, np.ndarray]:
    """The fields of `sensors` in their order, {name: (n, *shape) float32}.

    Raises :class:`UnknownNameError`, and :class:`InvalidSensorError` for a sensor that does not
    give the shape of its field.
    """
    found = {}
    for name in sensors:
        sensor = SENSORS[name]
        values = sensor.read(now).astype(np.float32)
        if values.shape != (len(now.joints), *sensor.field.shape):
            raise InvalidSensorError(
                f"the sensor '{name}' gives an array of shape {values.shape}; expected "
                f"{(len(now.joints), *sensor.field.shape)}"
            )
        found[name] = values
    return found


def without_tool_weight(
    wrench: np.ndarray, hand: np.ndarray, weight: float, center: np.ndarray
) -> np.ndarray:
    """A wrist reading (n, 6) without the weight of the tool, as a real sensor's driver gives it.

    MuJoCo's sensor tells what the arm exerts on the tool; the result is what the surroundings
    exert on it, and its inertia. `weight` [N] acts at `center` (3,) [m], tool frame.
    """
    w, x, y, z = hand.T
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

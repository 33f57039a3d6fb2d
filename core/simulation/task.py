"""What a task is: a scene, a start, a success condition, and what can be observed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.simulation.rotation import length
from core.simulation.sensors import SENSORS
from core.simulation.strategy import Strategy
from core.spec import Field

HOLD_STEPS = 10
"""Consecutive control steps for which success must hold (0.5 s)."""

OBJECT_HEIGHT = 0.02
"""Height of the object's centre when it lies on the table [m]."""


@dataclass(frozen=True)
class Box:
    """A region from which positions are drawn [m]."""

    low: tuple[float, float, float]
    """Smallest x, y, z."""
    high: tuple[float, float, float]
    """Largest x, y, z."""

    def draw(self, generator: np.random.Generator) -> np.ndarray:
        """A uniformly random point (3,)."""
        return generator.uniform(self.low, self.high)


@dataclass(frozen=True)
class Start:
    """How one simulation begins."""

    end_effector: np.ndarray
    """Position (3,) [m]; the tool points down."""
    yaw: float
    """Heading of the tool [rad]."""
    object_position: np.ndarray | None
    """(3,) [m]; None without an object."""
    object_yaw: float
    """[rad]"""
    goal: np.ndarray | None
    """(3,) [m]; None without a goal."""


@dataclass(frozen=True)
class Situation:
    """What success conditions may look at; n simulations."""

    end_effector: np.ndarray
    """(n, 3) [m]"""
    object: np.ndarray | None
    """(n, 3) [m]; None without an object."""
    goal: np.ndarray | None
    """(n, 3) [m]; None without a goal."""
    lifted: np.ndarray
    """(n,) bool: the object has left the table at some time since the start."""


@dataclass(frozen=True)
class Task:
    """One thing to do with the arm."""

    name: str
    """Identifier, as in files and on the command line."""
    title: str
    """Name for people."""
    instruction: str
    """What to do, one sentence for the person who drives."""
    scene: str
    """MJCF file in `assets`; an extension gives the absolute path of its own."""
    sensors: tuple[str, ...]
    """Names of the sensors, in the order of the observation."""
    draw_start: Callable[[np.random.Generator], Start]
    """A random start."""
    success: Callable[[Situation], np.ndarray]
    """Whether the condition holds at this instant (n,) bool."""
    strategy: Strategy | None = None
    """How the scripted operator solves the task; None if only people can."""

    @property
    def fields(self) -> tuple[Field, ...]:
        """What is observed, in this order; raises :class:`UnknownNameError`."""
        return tuple(SENSORS[name].field for name in self.sensors)

    @property
    def has_object(self) -> bool:
        """Whether there is a box."""
        return "object_position" in self.sensors

    @property
    def has_goal(self) -> bool:
        """Whether there is a place to reach."""
        return "goal_position" in self.sensors


ARM_SENSORS = (
    "end_effector_position",
    "end_effector_rotation",
    "gripper_opening",
    "joint_positions",
    "joint_velocities",
    "wrist_force",
    "wrist_torque",
)
"""What every arm senses of itself."""

OBJECT_SENSORS = ("object_position", "object_rotation", "object_from_end_effector")
"""What is sensed of the box."""

START_BOX = Box((0.42, -0.08, 0.20), (0.54, 0.08, 0.30))
"""Where the end effector starts."""

OBJECT_BOX = Box((0.38, -0.20, OBJECT_HEIGHT), (0.60, 0.20, OBJECT_HEIGHT))
"""Where the box starts."""

TABLE_GOAL_BOX = Box((0.36, -0.24, OBJECT_HEIGHT), (0.62, 0.24, OBJECT_HEIGHT))
"""Where a goal on the table lies."""

REACHABLE_BOX = Box((0.36, -0.24, 0.0), (0.62, 0.24, 0.40))
"""Where an object or a goal may be displaced to; the arm reaches all of it."""

START_YAW = 0.15
"""Largest heading of the tool at the start [rad]."""

OBJECT_YAW = 0.35
"""Largest heading of the box at the start [rad]."""


def draw_apart(
    box: Box, other: np.ndarray, nearest: float, farthest: float, generator: np.random.Generator
) -> np.ndarray:
    """A point of `box` whose distance from `other` [m] is between the two bounds."""
    while True:
        point = box.draw(generator)
        if nearest <= float(np.linalg.norm(point - other)) <= farthest:
            return point


def distance(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Distance between points row by row (n, 3) -> (n,) [m]."""
    return length(a - b)

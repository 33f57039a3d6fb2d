"""Bring the finger tips to a point in the air."""

import numpy as np

from core.simulation.strategy import Reaching
from core.simulation.task import (
    ARM_SENSORS,
    START_BOX,
    START_YAW,
    Box,
    Situation,
    Start,
    Task,
    distance,
    draw_apart,
)

TOLERANCE = 0.025
"""Largest distance between end effector and goal [m]."""

GOAL_BOX = Box((0.36, -0.26, 0.06), (0.64, 0.26, 0.40))


def draw_start(generator: np.random.Generator) -> Start:
    """The goal is at least 10 cm away."""
    start = START_BOX.draw(generator)
    return Start(
        end_effector=start,
        yaw=generator.uniform(-START_YAW, START_YAW),
        object_position=None,
        object_yaw=0.0,
        goal=draw_apart(GOAL_BOX, start, 0.10, 1.0, generator),
    )


def success(situation: Situation) -> np.ndarray:
    """The end effector is within tolerance of the goal (n,)."""
    assert situation.goal is not None
    return distance(situation.end_effector, situation.goal) <= TOLERANCE


TASK = Task(
    name="reach",
    title="Reach",
    instruction="Bring the finger tips into the ball and hold them there.",
    scene="reach.xml",
    sensors=(*ARM_SENSORS, "goal_position", "goal_from_end_effector"),
    draw_start=draw_start,
    success=success,
    strategy=Reaching(),
)

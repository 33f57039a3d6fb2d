"""Grasp the box and lift it."""

import numpy as np

from core.simulation.strategy import Grasping
from core.simulation.task import (
    ARM_SENSORS,
    OBJECT_BOX,
    OBJECT_HEIGHT,
    OBJECT_SENSORS,
    OBJECT_YAW,
    START_BOX,
    START_YAW,
    Situation,
    Start,
    Task,
)

HEIGHT = 0.08
"""How far above the table the box must be [m]."""


def draw_start(generator: np.random.Generator) -> Start:
    """The box lies anywhere within reach."""
    return Start(
        end_effector=START_BOX.draw(generator),
        yaw=generator.uniform(-START_YAW, START_YAW),
        object_position=OBJECT_BOX.draw(generator),
        object_yaw=generator.uniform(-OBJECT_YAW, OBJECT_YAW),
        goal=None,
    )


def success(situation: Situation) -> np.ndarray:
    """The box is high enough above where it lay (n,)."""
    assert situation.object is not None
    return situation.object[:, 2] >= OBJECT_HEIGHT + HEIGHT


TASK = Task(
    name="lift",
    title="Lift",
    instruction="Grasp the box and hold it 8 cm above the table.",
    scene="lift.xml",
    sensors=(*ARM_SENSORS, *OBJECT_SENSORS),
    draw_start=draw_start,
    success=success,
    strategy=Grasping(has_goal=False),
)

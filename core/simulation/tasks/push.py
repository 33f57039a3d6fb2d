"""Push the box over the table to a goal, without lifting it."""

import numpy as np

from core.simulation.strategy import Pushing
from core.simulation.task import (
    ARM_SENSORS,
    OBJECT_BOX,
    OBJECT_SENSORS,
    OBJECT_YAW,
    START_BOX,
    START_YAW,
    TABLE_GOAL_BOX,
    Situation,
    Start,
    Task,
    distance,
    draw_apart,
)

TOLERANCE = 0.04
"""Largest distance between box and goal [m]."""


def draw_start(generator: np.random.Generator) -> Start:
    """The goal is 12 to 25 cm from the box."""
    box = OBJECT_BOX.draw(generator)
    return Start(
        end_effector=START_BOX.draw(generator),
        yaw=generator.uniform(-START_YAW, START_YAW),
        object_position=box,
        object_yaw=generator.uniform(-OBJECT_YAW, OBJECT_YAW),
        goal=draw_apart(TABLE_GOAL_BOX, box, 0.12, 0.25, generator),
    )


def success(situation: Situation) -> np.ndarray:
    """The box is within tolerance of the goal and has never left the table (n,)."""
    assert situation.object is not None and situation.goal is not None
    return (distance(situation.object, situation.goal) <= TOLERANCE) & ~situation.lifted


TASK = Task(
    name="push",
    title="Push",
    instruction="Push the box over the table to the goal; lifting it does not count.",
    scene="push.xml",
    sensors=(*ARM_SENSORS, *OBJECT_SENSORS, "goal_position", "goal_from_object"),
    draw_start=draw_start,
    success=success,
    strategy=Pushing(),
)

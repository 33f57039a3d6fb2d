"""Grasp the box and bring it to a goal on the table or in the air."""

import numpy as np

from core.simulation.strategy import Grasping
from core.simulation.task import (
    ARM_SENSORS,
    OBJECT_BOX,
    OBJECT_SENSORS,
    OBJECT_YAW,
    START_BOX,
    START_YAW,
    TABLE_GOAL_BOX,
    Box,
    Situation,
    Start,
    Task,
    distance,
    draw_apart,
)

TOLERANCE = 0.04
"""Largest distance between box and goal [m]."""

AIR_GOAL_BOX = Box((0.38, -0.22, 0.12), (0.60, 0.22, 0.30))
"""Where a goal in the air lies."""


def draw_start(generator: np.random.Generator) -> Start:
    """Half of the goals are on the table, half in the air, at least 12 cm from the box."""
    box = OBJECT_BOX.draw(generator)
    goals = TABLE_GOAL_BOX if generator.random() < 0.5 else AIR_GOAL_BOX
    return Start(
        end_effector=START_BOX.draw(generator),
        yaw=generator.uniform(-START_YAW, START_YAW),
        object_position=box,
        object_yaw=generator.uniform(-OBJECT_YAW, OBJECT_YAW),
        goal=draw_apart(goals, box, 0.12, 1.0, generator),
    )


def success(situation: Situation) -> np.ndarray:
    """The box is within tolerance of the goal (n,)."""
    assert situation.object is not None and situation.goal is not None
    return distance(situation.object, situation.goal) <= TOLERANCE


TASK = Task(
    name="pick_place",
    title="Pick and place",
    instruction="Grasp the box and hold it at the goal, on the table or in the air.",
    scene="pick_place.xml",
    sensors=(*ARM_SENSORS, *OBJECT_SENSORS, "goal_position", "goal_from_object"),
    draw_start=draw_start,
    success=success,
    strategy=Grasping(has_goal=True),
)

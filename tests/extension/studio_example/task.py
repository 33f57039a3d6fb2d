"""A task: touch the box from above."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from core.simulation.strategy import Reaching
from core.simulation.task import (
    ARM_SENSORS,
    OBJECT_BOX,
    OBJECT_SENSORS,
    OBJECT_YAW,
    START_BOX,
    START_YAW,
    Situation,
    Start,
    Task,
    distance,
)

ABOVE = np.array([0.0, 0.0, 0.05])
"""Where the finger tips belong, relative to the box [m]."""
TOLERANCE = 0.025
"""Largest distance from there [m]."""


def draw_start(generator: np.random.Generator) -> Start:
    """The box lies anywhere on the table."""
    return Start(
        end_effector=START_BOX.draw(generator),
        yaw=generator.uniform(-START_YAW, START_YAW),
        object_position=OBJECT_BOX.draw(generator),
        object_yaw=generator.uniform(-OBJECT_YAW, OBJECT_YAW),
        goal=None,
    )


def success(situation: Situation) -> np.ndarray:
    """The finger tips are just above the box (n,)."""
    assert situation.object is not None
    return distance(situation.end_effector, situation.object + ABOVE) <= TOLERANCE


class Touching(Reaching):
    """The scripted operator reaches for a point above the box and stays there."""

    def intend(self, seen, elapsed, traits):
        """As for a goal that hangs above the box."""
        return super().intend(replace(seen, goal=seen.object + ABOVE), elapsed, traits)


TOUCH = Task(
    name="touch",
    title="Touch",
    instruction="Bring the finger tips just above the box and hold them there.",
    scene=str(Path(__file__).parent / "touch.xml"),
    sensors=(*ARM_SENSORS, *OBJECT_SENSORS, "object_velocity"),
    draw_start=draw_start,
    success=success,
    strategy=Touching(),
)

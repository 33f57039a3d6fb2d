"""Disturbances of sensors and scenes, and conditions: sets of them with strengths."""

from core.simulation.disturbances.condition import Condition
from core.simulation.disturbances.disturbance import (
    ArrivalDisturbance,
    Disturbance,
    Draws,
    Frame,
    OffsetDisturbance,
    SceneDisturbance,
    SensorDisturbance,
)
from core.simulation.disturbances.registry import DISTURBANCES

__all__ = [
    "DISTURBANCES",
    "ArrivalDisturbance",
    "Condition",
    "Disturbance",
    "Draws",
    "Frame",
    "OffsetDisturbance",
    "SceneDisturbance",
    "SensorDisturbance",
]

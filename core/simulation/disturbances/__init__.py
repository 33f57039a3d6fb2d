"""Disturbances of sensors and scenes, and conditions: sets of them with strengths."""

from core.simulation.disturbances.condition import Condition
from core.simulation.disturbances.disturbance import (
    AppearanceDisturbance,
    ArrivalDisturbance,
    Disturbance,
    Draws,
    Frame,
    ImageArrivalDisturbance,
    ImageDisturbance,
    Images,
    OffsetDisturbance,
    SceneDisturbance,
    SensorDisturbance,
)
from core.simulation.disturbances.registry import DISTURBANCES

__all__ = [
    "DISTURBANCES",
    "AppearanceDisturbance",
    "ArrivalDisturbance",
    "Condition",
    "Disturbance",
    "Draws",
    "Frame",
    "ImageArrivalDisturbance",
    "ImageDisturbance",
    "Images",
    "OffsetDisturbance",
    "SceneDisturbance",
    "SensorDisturbance",
]

"""Disturbances of sensors and scenes, and conditions: sets of them with strengths."""

from core.simulation.disturbances.condition import (
    IMAGE_NOISE,
    SENSOR_NOISE,
    Condition,
    varied_noise,
)
from core.simulation.disturbances.disturbance import (
    NO_IMAGES,
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
    "IMAGE_NOISE",
    "NO_IMAGES",
    "SENSOR_NOISE",
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
    "varied_noise",
]

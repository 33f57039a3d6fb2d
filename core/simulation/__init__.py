"""The simulated arm: tasks, physics, observation, noise, camera, demonstrator."""

from core.simulation.appearance import Appearance, CameraChange, SeenThing
from core.simulation.camera import Camera
from core.simulation.cameras import PolicyCameras, check_image_fields
from core.simulation.command import COMMAND_FIELDS, COMMAND_SIZE, CONTROL_RATE
from core.simulation.disturbances import DISTURBANCES, Condition, Disturbance
from core.simulation.errors import (
    AppearanceError,
    ConditionError,
    DemonstrationError,
    ImageFieldError,
    InvalidCommandError,
    InvalidStateError,
    SimulationError,
    UnavailableGraphicsError,
)
from core.simulation.model import load_model, model_hash
from core.simulation.noise import SensorNoise, uniform
from core.simulation.operator.demonstration import Demonstration, demonstrate
from core.simulation.operator.demonstrator import Demonstrator
from core.simulation.snapshot import Snapshot, frozen_copy
from core.simulation.task import Task
from core.simulation.tasks import TASKS
from core.simulation.world import World
from core.spec import IMAGE_SIZE, IMAGE_SIZES, POLICY_CAMERAS, camera_of, image_field

__all__ = [
    "COMMAND_FIELDS",
    "COMMAND_SIZE",
    "CONTROL_RATE",
    "DISTURBANCES",
    "IMAGE_SIZE",
    "IMAGE_SIZES",
    "POLICY_CAMERAS",
    "TASKS",
    "Appearance",
    "AppearanceError",
    "Camera",
    "CameraChange",
    "Condition",
    "ConditionError",
    "Demonstration",
    "DemonstrationError",
    "Demonstrator",
    "Disturbance",
    "ImageFieldError",
    "InvalidCommandError",
    "InvalidStateError",
    "PolicyCameras",
    "SeenThing",
    "SensorNoise",
    "SimulationError",
    "Snapshot",
    "Task",
    "UnavailableGraphicsError",
    "World",
    "camera_of",
    "check_image_fields",
    "demonstrate",
    "frozen_copy",
    "image_field",
    "load_model",
    "model_hash",
    "uniform",
]

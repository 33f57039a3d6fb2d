"""The simulated arm: tasks, physics, observation, noise, camera, demonstrator."""

from core.simulation.camera import Camera
from core.simulation.command import COMMAND_FIELDS, COMMAND_SIZE, CONTROL_RATE
from core.simulation.disturbances import DISTURBANCES, Condition, Disturbance
from core.simulation.errors import (
    ConditionError,
    DemonstrationError,
    InvalidCommandError,
    InvalidStateError,
    SimulationError,
    UnavailableGraphicsError,
    UnknownTaskError,
)
from core.simulation.model import load_model, model_hash
from core.simulation.noise import SensorNoise, uniform
from core.simulation.operator.demonstration import Demonstration, demonstrate
from core.simulation.operator.demonstrator import Demonstrator
from core.simulation.snapshot import Snapshot
from core.simulation.task import Task
from core.simulation.tasks import TASKS
from core.simulation.world import World

__all__ = [
    "COMMAND_FIELDS",
    "COMMAND_SIZE",
    "CONTROL_RATE",
    "DISTURBANCES",
    "TASKS",
    "Camera",
    "Condition",
    "ConditionError",
    "Demonstration",
    "DemonstrationError",
    "Demonstrator",
    "Disturbance",
    "InvalidCommandError",
    "InvalidStateError",
    "SensorNoise",
    "SimulationError",
    "Snapshot",
    "Task",
    "UnavailableGraphicsError",
    "UnknownTaskError",
    "World",
    "demonstrate",
    "load_model",
    "model_hash",
    "uniform",
]

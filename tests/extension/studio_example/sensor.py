"""A sensor: how fast the box moves."""

from core.simulation.sensors import Sensor
from core.spec import Field


def read(now):
    """Velocity of the box (n, 3) [m/s], from the velocities of its free joint."""
    start = int(now.model.joint("object").dofadr[0])
    return now.velocities[:, start : start + 3]


OBJECT_VELOCITY = Sensor(
    Field("object_velocity", (3,), "velocity", "m/s", "Velocity of the box, world axes"), read
)

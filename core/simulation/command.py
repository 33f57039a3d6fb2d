"""The seven numbers with which a person, a script or a policy drives the arm."""

import numpy as np

from core.simulation.errors import InvalidCommandError
from core.spec import COMMAND_NAMES

CONTROL_RATE = 20.0
"""Control steps per second [Hz]."""

COMMAND_FIELDS: tuple[str, ...] = COMMAND_NAMES
"""End-effector velocity along and about the world's axes, and the gripper's target: -1 open,
1 closed. Each is in [-1, 1]."""

COMMAND_SIZE = len(COMMAND_FIELDS)

LINEAR_SPEED = 0.25
"""End-effector speed of a full command [m/s]."""

ANGULAR_SPEED = 1.0
"""Angular speed of the end effector at a full command [rad/s]."""

OPENING = 0.08
"""Distance between the fingers when the gripper is open [m]."""


def clipped(commands: np.ndarray, count: int) -> np.ndarray:
    """What `commands` (count, 7) mean: a float32 copy within [-1, 1].

    Raises :class:`InvalidCommandError` for another shape, and for a number that is not
    finite, naming the simulation and the field.
    """
    given = np.asarray(commands, dtype=np.float32)
    if given.shape != (count, COMMAND_SIZE):
        raise InvalidCommandError(
            f"commands have shape {given.shape}; expected ({count}, {COMMAND_SIZE}): one row of "
            f"{', '.join(COMMAND_FIELDS)} for each simulation"
        )
    finite = np.isfinite(given)
    if not finite.all():
        row, column = (int(index[0]) for index in np.nonzero(~finite))
        raise InvalidCommandError(
            f"command {COMMAND_FIELDS[column]} of simulation {row} is {given[row, column]}; "
            "expected a number in [-1, 1]. If a policy gave it, its training has diverged"
        )
    return np.clip(given, np.float32(-1.0), np.float32(1.0))

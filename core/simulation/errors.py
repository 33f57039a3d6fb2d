"""What can go wrong with the simulation, one type for each thing a caller can react to."""

from core.errors import StudioError


class SimulationError(StudioError):
    """Base of every error that `core.simulation` raises."""


class InvalidSensorError(SimulationError, ValueError):
    """A sensor that does not give what its field says."""


class InvalidCommandError(SimulationError, ValueError):
    """A command of the wrong shape, or one that is not a number; nothing was moved."""


class InvalidStateError(SimulationError, ValueError):
    """A simulator state that does not belong to this task's model; nothing was changed."""


class ConditionError(SimulationError, ValueError):
    """A disturbance that does not exist, or of a strength that makes no sense."""


class DemonstrationError(SimulationError):
    """The scripted demonstrator failed too often to deliver what was asked for."""


class ImageFieldError(SimulationError, ValueError):
    """An image field that the cameras of a scene cannot give."""


class AppearanceError(SimulationError, ValueError):
    """Looks that a scene cannot have."""


class UnavailableGraphicsError(SimulationError):
    """No OpenGL context could be made on this machine."""

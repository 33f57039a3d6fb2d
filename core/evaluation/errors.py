"""What can go wrong in an evaluation."""

from core.errors import StudioError


class EvaluationError(StudioError):
    """Root of everything that :mod:`core.evaluation` raises."""


class MismatchError(EvaluationError, ValueError):
    """A checkpoint that does not fit the task, its rate or its fields."""


class SettingsError(EvaluationError, ValueError):
    """Settings of an evaluation that make no sense: no modes, negative noise, no episodes."""

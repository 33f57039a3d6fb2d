"""What can go wrong in an evaluation."""


class EvaluationError(Exception):
    """Root of everything that :mod:`core.evaluation` raises; its text says what to do."""


class MismatchError(EvaluationError, ValueError):
    """A checkpoint that does not fit the task, its rate or its fields."""


class SettingsError(EvaluationError, ValueError):
    """Settings of an evaluation that make no sense: no modes, negative noise, no episodes."""

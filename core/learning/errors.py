"""What can go wrong in learning, each with what was given, what was expected and what to do."""

from pathlib import Path

from core.errors import StudioError, UnknownNameError


class LearningError(StudioError):
    """Base of everything that `core.learning` raises on purpose."""


class ConfigurationError(LearningError, ValueError):
    """A setting that cannot be used, or a setting that does not exist."""


class UnknownChoiceError(ConfigurationError, UnknownNameError):
    """The name of a part of the model that does not exist; lists those that do."""


class DatasetError(LearningError, ValueError):
    """Episodes that cannot be learned from together."""


class WeightsError(LearningError, ValueError):
    """A file of weights that an encoder cannot start from; carries its name."""

    def __init__(self, file: str, message: str) -> None:
        self.file = file
        super().__init__(f"{file}: {message}")


class DivergedError(LearningError, ArithmeticError):
    """Training produced a number that is not finite; the last good weights were put back."""


class CheckpointError(LearningError):
    """A checkpoint that cannot be used; its path is the folder."""

    def __init__(self, folder: Path, message: str) -> None:
        super().__init__(f"{folder}: {message}", folder)


class MissingCheckpointError(CheckpointError):
    """There is no checkpoint at this place."""


class BrokenCheckpointError(CheckpointError):
    """Files of the checkpoint are missing, truncated or do not belong together."""


class ForeignCheckpointError(CheckpointError):
    """The folder holds something else than a checkpoint of this program."""


class CheckpointVersionError(CheckpointError):
    """The checkpoint was written in a format that this version does not read."""


class NotResumableError(CheckpointError):
    """The checkpoint has no training state, or it belongs to other demonstrations."""

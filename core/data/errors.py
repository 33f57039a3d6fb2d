"""What can go wrong with recordings, as types that carry the file they speak of."""

from pathlib import Path

from core.errors import StudioError


class RecordingError(StudioError):
    """Root of everything that :mod:`core.data` raises."""


class InvalidEpisodeError(RecordingError, ValueError):
    """Arrays that do not form an episode: wrong shape, not finite, out of range."""


class StorageError(RecordingError):
    """The disk refused: no space, no permission, a folder that is a file."""


class DamagedRecordingError(RecordingError):
    """A recording that is cut short or whose contents contradict each other."""


class ForeignRecordingError(RecordingError):
    """A file that this program did not write, or wrote in a later format."""


class UnsafeRecordingError(RecordingError):
    """A file that points outside itself or declares far more than it holds."""


def unreadable(error: OSError, path: Path) -> StorageError:
    """The system's refusal to read `path`, as a sentence with advice."""
    return StorageError(
        f"cannot read {path}: {error.strerror or error}; check its permissions", path
    )


class UnknownEpisodeError(RecordingError, KeyError):
    """An identifier that the library does not hold."""


class UnknownSelectionError(RecordingError, KeyError):
    """A name under which no selection was saved."""


class ReadOnlyLibraryError(RecordingError):
    """A change to a library that was opened for reading, such as the samples."""


class NothingToUndoError(RecordingError):
    """Undo was asked for and no change is left to take back."""


class NoEpisodesError(RecordingError):
    """No episode where some were expected."""


class MixedTasksError(RecordingError):
    """Episodes of several tasks where one task is needed."""

"""Episodes: their schema, crash-safe writing, careful reading, and the library of a folder."""

from core.recording.action_units import ActionUnits
from core.recording.episode import OPERATORS, Episode, EpisodeInfo
from core.recording.errors import (
    DamagedRecordingError,
    ForeignRecordingError,
    InvalidEpisodeError,
    MixedTasksError,
    NoEpisodesError,
    NothingToUndoError,
    ReadOnlyLibraryError,
    RecordingError,
    StorageError,
    UnknownEpisodeError,
    UnsafeRecordingError,
)
from core.recording.library import EpisodeEntry, Library
from core.recording.quality import Quality, measure_quality
from core.recording.reader import read_episode, read_info
from core.recording.recorder import EpisodeRecorder, episode_from_arrays
from core.recording.versions import software_versions
from core.recording.workspace import (
    SAMPLES,
    Problem,
    Workspace,
    check,
    find_episodes,
    list_episodes,
)
from core.recording.writer import require_writable, write_episode

__all__ = [
    "OPERATORS",
    "SAMPLES",
    "ActionUnits",
    "DamagedRecordingError",
    "Episode",
    "EpisodeEntry",
    "EpisodeInfo",
    "EpisodeRecorder",
    "ForeignRecordingError",
    "InvalidEpisodeError",
    "Library",
    "MixedTasksError",
    "NoEpisodesError",
    "NothingToUndoError",
    "Problem",
    "Quality",
    "ReadOnlyLibraryError",
    "RecordingError",
    "StorageError",
    "UnknownEpisodeError",
    "UnsafeRecordingError",
    "Workspace",
    "check",
    "episode_from_arrays",
    "find_episodes",
    "list_episodes",
    "measure_quality",
    "read_episode",
    "read_info",
    "require_writable",
    "software_versions",
    "write_episode",
]

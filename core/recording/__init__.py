"""Episodes: their schema, crash-safe writing, careful reading, and the library of a folder."""

from core.recording.action_units import ActionUnits
from core.recording.checking import Problem, check
from core.recording.editor import Editor
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
    UnknownSelectionError,
    UnsafeRecordingError,
)
from core.recording.image_reader import ImageReader
from core.recording.index import EpisodeIndex, open_index
from core.recording.library import Library
from core.recording.quality import Quality, idle_ends, measure_quality
from core.recording.reader import read_episode, read_info
from core.recording.recorder import EpisodeRecorder, episode_from_arrays
from core.recording.replays import perturbed_replays
from core.recording.rows import EpisodeEntry, EpisodeRow
from core.recording.scripted import scripted_episode
from core.recording.selections import Selection, Selections
from core.recording.survey import (
    Coverage,
    Histogram,
    action_histogram,
    coverage,
    length_outliers,
    path_outliers,
)
from core.recording.versions import software_versions
from core.recording.workspace import (
    SAMPLES,
    Workspace,
    find_episodes,
    list_episodes,
)
from core.recording.writer import require_writable, write_episode

__all__ = [
    "OPERATORS",
    "SAMPLES",
    "ActionUnits",
    "Coverage",
    "DamagedRecordingError",
    "Editor",
    "Episode",
    "EpisodeEntry",
    "EpisodeIndex",
    "EpisodeInfo",
    "EpisodeRecorder",
    "EpisodeRow",
    "ForeignRecordingError",
    "Histogram",
    "ImageReader",
    "InvalidEpisodeError",
    "Library",
    "MixedTasksError",
    "NoEpisodesError",
    "NothingToUndoError",
    "Problem",
    "Quality",
    "ReadOnlyLibraryError",
    "RecordingError",
    "Selection",
    "Selections",
    "StorageError",
    "UnknownEpisodeError",
    "UnknownSelectionError",
    "UnsafeRecordingError",
    "Workspace",
    "action_histogram",
    "check",
    "coverage",
    "episode_from_arrays",
    "find_episodes",
    "idle_ends",
    "length_outliers",
    "list_episodes",
    "measure_quality",
    "open_index",
    "path_outliers",
    "perturbed_replays",
    "read_episode",
    "read_info",
    "require_writable",
    "scripted_episode",
    "software_versions",
    "write_episode",
]

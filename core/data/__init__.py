"""Episodes: schema, crash-safe writing, careful reading, and the library of a folder."""

from core.data.episode import Episode, EpisodeInfo
from core.data.errors import (
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
from core.data.layout import SUFFIX
from core.data.library.checking import Checked, Problem, check
from core.data.library.editor import Editor
from core.data.library.index import open_index
from core.data.library.library import Library
from core.data.library.locking import locked
from core.data.library.selections import Selection, Selections
from core.data.library.survey import (
    action_histogram,
    coverage,
    length_outliers,
    path_outliers,
)
from core.data.library.workspace import (
    SAMPLES,
    Workspace,
    find_episodes,
    list_episodes,
)
from core.data.quality import Quality, idle_ends, measure_quality
from core.data.recorder import EpisodeRecorder, episode_from_arrays
from core.data.replays import perturbed_replays
from core.data.rows import EpisodeEntry, EpisodeRow
from core.data.scripted import scripted_episode
from core.data.versions import software_versions
from core.data.vetted.image_reader import ImageReader
from core.data.vetted.reader import read_episode, read_info
from core.data.writer import commit, make_folder, require_writable, write_episode

__all__ = [
    "SAMPLES",
    "SUFFIX",
    "Checked",
    "DamagedRecordingError",
    "Editor",
    "Episode",
    "EpisodeEntry",
    "EpisodeInfo",
    "EpisodeRecorder",
    "EpisodeRow",
    "ForeignRecordingError",
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
    "commit",
    "coverage",
    "episode_from_arrays",
    "find_episodes",
    "idle_ends",
    "length_outliers",
    "list_episodes",
    "locked",
    "make_folder",
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

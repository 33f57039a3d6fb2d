"""Where a person's recordings, checkpoints and comparisons lie, and how to find episodes."""

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path

from core.data.errors import (
    MixedTasksError,
    NoEpisodesError,
    StorageError,
)
from core.data.layout import SUFFIX
from core.data.library.index import EpisodeIndex
from core.data.library.library import Library
from core.data.rows import EpisodeEntry
from core.data.writer import make_folder

EPISODES = "episodes"
SAMPLES: Path = Path(__file__).resolve().parents[3] / "recordings" / "samples"
"""Workspace with the sample demonstrations that ship."""


def folder_of(path: Path) -> Path:
    """Where the episodes of a workspace, or of a folder of episodes, are."""
    return path / EPISODES if (path / EPISODES).is_dir() else path


class Workspace:
    """The folders of one project of a person; each is made when it is first asked for.

    Raises :class:`StorageError` when a folder cannot be made.
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root).expanduser().absolute()

    def __fspath__(self) -> str:
        return str(self.root)

    @property
    def episodes(self) -> Path:
        """Recorded episodes, one file each."""
        return make_folder(self.root / EPISODES)

    @property
    def checkpoints(self) -> Path:
        """Trained models, one folder each."""
        return make_folder(self.root / "checkpoints")

    @property
    def trash(self) -> Path:
        """Discarded episodes; safe to empty."""
        return make_folder(self.root / "trash")

    @cached_property
    def library(self) -> Library:
        """The episodes; always the same object, since it knows what can be undone."""
        return Library(self.root / EPISODES, trash=self.root / "trash")


def list_episodes(paths: Path | str | Iterable[Path | str]) -> list[EpisodeEntry]:
    """Entries of all recordings in workspaces, folders and files, broken ones included.

    A folder that has a subfolder `episodes` is taken for a workspace. A file named twice is
    listed once. Raises :class:`StorageError` for a path that does not exist.
    """
    if isinstance(paths, str | Path):
        paths = [paths]
    found: dict[Path, EpisodeEntry] = {}
    indexes: dict[Path, EpisodeIndex] = {}
    for given in paths:
        path = Path(given).expanduser().absolute()
        if not path.exists():
            raise StorageError(
                f"{path} does not exist; give a workspace, a folder of episodes or one file", path
            )
        for entry in _entries(path, indexes):
            found.setdefault(entry.path, entry)
    return list(found.values())


def find_episodes(
    paths: Path | str | Iterable[Path | str],
    task: str | None = None,
    *,
    include_failures: bool = False,
) -> list[Path]:
    """Files of the demonstrations of one task, in the order of their names.

    Broken files are left out (:func:`list_episodes` tells them), and so are episodes marked as
    failed unless `include_failures`. Raises :class:`NoEpisodesError` if nothing is left,
    :class:`MixedTasksError` if several tasks are found and `task` does not choose.
    """
    entries = list_episodes(paths)
    infos = [(entry.path, entry.info) for entry in entries if entry.info is not None]
    counts = Counter(info.task for _, info in infos)
    listed = ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()))
    if task is None and len(counts) > 1:
        raise MixedTasksError(
            f"episodes of several tasks: {listed}; choose one with the task option"
        )
    chosen = [
        path
        for path, info in infos
        if (task is None or info.task == task) and (include_failures or info.success is not False)
    ]
    if not chosen:
        raise NoEpisodesError(_nothing(entries, listed, task))
    return chosen


def _entries(path: Path, indexes: dict[Path, EpisodeIndex]) -> list[EpisodeEntry]:
    """The entries of a workspace, folder or file; `indexes` are those that were read already."""
    if path.is_dir():
        return list(Library(folder_of(path), read_only=True).entries())
    if path.parent not in indexes:
        indexes[path.parent] = EpisodeIndex(path.parent, save=False)
    return [indexes[path.parent].vet(path)]


def _nothing(entries: list[EpisodeEntry], listed: str, task: str | None) -> str:
    """Why no episode was found, as a sentence."""
    if not entries:
        return f"no recordings (*{SUFFIX}) found; record some or run the demonstrator first"
    broken = sum(entry.problem is not None for entry in entries)
    if broken == len(entries):
        return f"none of the {broken} recordings can be read; run the check command on the folder"
    if task is not None:
        return f"no usable episodes of task {task!r}; found {listed}"
    return f"all episodes are marked as failed: {listed}; record some that succeed"

"""The episodes of one folder, with changes that can be taken back."""

import contextlib
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from core.recording.episode import Episode, EpisodeInfo, info_to_json
from core.recording.errors import (
    NothingToUndoError,
    ReadOnlyLibraryError,
    RecordingError,
    StorageError,
    UnknownEpisodeError,
)
from core.recording.layout import SUFFIX, with_info
from core.recording.reader import read_episode, read_info
from core.recording.writer import commit, make_folder, sync_folder, write_episode


@dataclass(frozen=True)
class EpisodeEntry:
    """One file of a library: either described, or with the reason why it cannot be."""

    path: Path
    """Where it lies."""
    info: EpisodeInfo | None
    """The description; None if the file cannot be read."""
    problem: str | None
    """Why it cannot be read; None if it can."""

    @property
    def identifier(self) -> str:
        """Name of the file without its ending, also when it is broken."""
        return self.path.stem


@dataclass(frozen=True)
class _Change:
    """A change that can be taken back: `kept` holds the bytes from before it."""

    what: str
    path: Path
    kept: Path


class Library:
    """Lists, reads, relabels and discards the episodes of one folder.

    Owns the order of the changes made through it, so that `undo` takes back the last one
    first. A broken file is an entry with a problem, never an exception for the whole list.
    Not safe to use from two threads at once; two libraries of one folder are.
    """

    def __init__(
        self, folder: Path | str, read_only: bool = False, trash: Path | str | None = None
    ) -> None:
        """`trash` is where discarded files go; by default `trash` inside the folder."""
        self.folder = Path(folder).absolute()
        self.read_only = read_only
        self.trash = self.folder / "trash" if trash is None else Path(trash).absolute()
        self._changes: list[_Change] = []
        self._known: dict[Path, tuple[tuple[int, int, int], EpisodeEntry]] = {}

    def __len__(self) -> int:
        return len(self.paths())

    def paths(self) -> list[Path]:
        """The recordings in the folder, sorted by name; empty if there is no folder yet.

        Raises :class:`StorageError` if the folder cannot be read.
        """
        try:
            return sorted(
                path
                for path in self.folder.iterdir()
                if path.suffix == SUFFIX and not path.name.startswith(".")
            )
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StorageError(
                f"cannot list {self.folder}: {error.strerror or error}; choose another folder",
                self.folder,
            ) from error

    def entries(self) -> list[EpisodeEntry]:
        """All episodes, sorted by name. Files that did not change are not read again."""
        known = {}
        for path in self.paths():
            stamp = _stamp(path)
            if stamp is None:
                continue  # removed since it was listed
            before = self._known.get(path)
            if before is not None and before[0] == stamp:
                known[path] = before
            else:
                known[path] = (stamp, describe(path))
        self._known = known
        return [entry for _, entry in known.values()]

    def read(self, identifier: str) -> Episode:
        """The episode; raises :class:`UnknownEpisodeError` or what the reader raises."""
        return read_episode(self._path(identifier))

    def add(self, episode: Episode) -> Path:
        """Commit a new episode and return its path; raises :class:`StorageError`."""
        self._writable("save an episode")
        return write_episode(self.folder, episode)

    def discard(self, identifier: str) -> None:
        """Move the episode to the trash.

        Raises :class:`UnknownEpisodeError`, :class:`ReadOnlyLibraryError` or
        :class:`StorageError`.
        """
        self._writable("discard an episode")
        path = self._path(identifier)
        kept = self._place_in_trash(path)
        with _storage(path, "move to the trash"):
            shutil.move(path, kept)  # the trash may be on another disk
            sync_folder(path.parent)
        self._changes.append(_Change("discard", path, kept))

    def relabel(self, identifier: str, success: bool | None) -> EpisodeInfo:
        """Say anew whether the episode solved its task; everything else stays as it is."""
        self._writable("relabel an episode")
        path = self._path(identifier)
        info = replace(read_info(path), success=success)
        kept = self._place_in_trash(path)
        with _storage(path, "keep a copy of"):
            before = path.read_bytes()
            kept.write_bytes(before)
        commit(path, with_info(before, info_to_json(info)))
        self._changes.append(_Change("relabel", path, kept))
        return info

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._changes)

    def undo(self) -> str:
        """Take back the last discard or relabel, byte for byte; returns the identifier.

        Raises :class:`NothingToUndoError`, or :class:`StorageError` if a file of that name
        has appeared since or the trash was emptied; the change can then still be taken back
        once that is put right.
        """
        self._writable("undo")
        if not self._changes:
            raise NothingToUndoError("nothing to undo in this library")
        change = self._changes[-1]
        if change.what == "discard" and change.path.exists():
            raise StorageError(
                f"cannot restore {change.path}: a file of that name exists; move it away first",
                change.path,
            )
        if not change.kept.exists():
            raise StorageError(
                f"cannot restore {change.path}: {change.kept} is gone; was the trash emptied?",
                change.path,
            )
        with _storage(change.path, "restore"):
            make_folder(change.path.parent)
            shutil.move(change.kept, change.path)
            sync_folder(change.path.parent)
        self._changes.pop()
        return change.path.stem

    def _writable(self, what: str) -> None:
        if self.read_only:
            raise ReadOnlyLibraryError(
                f"cannot {what} in {self.folder}: it is open for reading only, "
                "as the samples are; copy the files into your own workspace first",
                self.folder,
            )

    def _path(self, identifier: str) -> Path:
        path = self.folder / f"{identifier}{SUFFIX}"
        if path.parent != self.folder or not path.exists():
            raise UnknownEpisodeError(
                f"no episode {identifier!r} in {self.folder}; it holds {len(self)} episodes",
                self.folder,
            )
        return path

    def _place_in_trash(self, path: Path) -> Path:
        make_folder(self.trash)
        return self.trash / f"{path.stem}.{time.time_ns()}{SUFFIX}"


def describe(path: Path) -> EpisodeEntry:
    """The entry of one file; what is wrong with it becomes its problem."""
    try:
        return EpisodeEntry(path, read_info(path), None)
    except RecordingError as error:
        return EpisodeEntry(path, None, str(error))


@contextlib.contextmanager
def _storage(path: Path, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"cannot {what} {path}: {error.strerror or error}; check the folder's permissions "
            "and the space left",
            path,
        ) from error


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino

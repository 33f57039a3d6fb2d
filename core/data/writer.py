"""The recordings in a folder: listed, recognised when they change, and written.

Finished bytes come onto the disk so that a crash at any moment loses no committed episode.
"""

import contextlib
import errno
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from core.data.episode import Episode
from core.data.errors import InvalidEpisodeError, StorageError
from core.data.layout import SUFFIX, encode
from core.files import sync

TEMPORARY_PREFIX = ".writing-"
LEFTOVER_AGE = 3600.0
"""A temporary file older than this [s] belongs to a writer that was killed."""
Stamp = tuple[int, int, int]
"""Time of the last change [ns], size [bytes] and number of a file."""

_written: set[Stamp] = set()
_lock = threading.Lock()


def write_episode(folder: Path | str, episode: Episode, *, replace: bool = False) -> Path:
    """Commit the episode to `folder` (made if needed) and return the file's absolute path.

    When this returns, the episode is on disk, even if the power fails a moment later. When it
    raises, nothing was left behind and the episode can be written again. With `replace`, a
    file of the same name is exchanged in one step. Raises :class:`StorageError` when the disk
    refuses or the name is taken.
    """
    folder = Path(folder).absolute()
    name = checked_name(episode.info.identifier)
    path = folder / f"{name}{SUFFIX}"
    make_folder(folder)
    if not replace and path.exists():
        raise StorageError(
            f"{path} exists already; give the episode another identifier or ask to replace it",
            path,
        )
    commit(path, encode(episode))
    remember_written(path)
    return path


def checked_name(identifier: str) -> str:
    """The identifier, if it is a plain file name; :class:`InvalidEpisodeError` otherwise."""
    plain = identifier and all(sign.isalnum() or sign in "-_." for sign in identifier)
    if not plain or identifier.startswith(".") or len(identifier) > 120:
        raise InvalidEpisodeError(
            f"{identifier!r} cannot name a file; use letters, digits, '-' and '_', at most 120"
        )
    return identifier


def make_folder(folder: Path) -> Path:
    """Make `folder` and its parents; :class:`StorageError` if that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(error, folder, "make the folder") from error
    return folder


def require_writable(folder: Path) -> Path:
    """The folder, made if needed, after a file was really written there.

    For work that takes long before its first save. Raises :class:`StorageError`.
    """
    make_folder(folder)
    probe = temporary_of(folder / "probe")
    try:
        probe.write_bytes(b"probe")
    except OSError as error:
        raise refused(error, folder, "write to") from error
    finally:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)
    return folder


@contextlib.contextmanager
def new_file(target: Path, *, durable: bool = True) -> Iterator[Path]:
    """A path to write to, which becomes the file `target` when the block ends without an error.

    The file is synced (if `durable`: not where its bytes are on disk already) and renamed over
    `target`. Then its
    folder is synced, since a rename lives in the folder. Raises :class:`StorageError` when the
    disk refuses; nothing is left behind then.
    """
    building = temporary_of(target)
    try:
        yield building
        if durable:
            sync(building)
        building.replace(target)
        if durable:
            sync(target.parent)
    except OSError as error:
        raise refused(error, target, "save") from error
    finally:  # a Ctrl-C must not leave half a file either
        with contextlib.suppress(OSError):
            building.unlink(missing_ok=True)


def temporary_of(target: Path) -> Path:
    """Where this process builds what becomes `target`."""
    return target.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{target.name}.tmp")


def commit(path: Path, image: bytes) -> None:
    """Write `image` to `path`: all of it or nothing. Raises :class:`StorageError`."""
    with new_file(path) as building:
        building.write_bytes(image)


def leftovers(folder: Path, *patterns: str) -> list[Path]:
    """Temporary files and folders of writers that were killed an hour ago or longer.

    `patterns`: what their names look like; those of :func:`temporary_of` if none is given.
    """
    before = time.time() - LEFTOVER_AGE
    old = set()
    for pattern in patterns or (f"{TEMPORARY_PREFIX}*",):
        for path in folder.glob(pattern):
            with contextlib.suppress(OSError):  # it may be renamed away while we look
                if path.lstat().st_mtime < before:
                    old.add(path)
    return sorted(old)


def remove(path: Path) -> None:
    """Delete a file, or a folder with all that is in it; raises OSError."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def refused(error: OSError, path: Path, what: str) -> StorageError:
    """The system's refusal to `what` (such as "save") as a sentence with advice."""
    why = _REASONS.get(error.errno, "{}; choose another folder and save again")
    return StorageError(f"cannot {what} {path}: {why.format(error.strerror or error)}", path)


_FULL = (
    "the disk is full ({}); nothing was left behind, free some space or choose another folder and "
    "save again"
)
_FORBIDDEN = "no permission to write there ({}); choose a folder that is yours"
_NO_FOLDER = "part of this path is a file; choose another folder"
_REASONS: dict[int | None, str] = {
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), _FULL),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), _FORBIDDEN),
    **dict.fromkeys((errno.ENOTDIR, errno.EEXIST), _NO_FOLDER),
}
"""{number of an error of the system: what it means and what to do}."""


def stamp_of(path: Path) -> Stamp | None:
    """The file's stamp; None if there is no such file."""
    try:
        return stamp(path.stat(follow_symlinks=False))
    except OSError:
        return None


def stamp(status: os.stat_result) -> Stamp:
    """The stamp of a file whose status was asked for."""
    return status.st_mtime_ns, status.st_size, status.st_ino


def recordings_in(folder: Path) -> dict[str, Stamp]:
    """{file name: stamp} of the recordings in `folder`; empty if there is no folder yet.

    Raises :class:`StorageError` if it cannot be listed.
    """
    found = {}
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.endswith(SUFFIX) and not entry.name.startswith("."):
                    with contextlib.suppress(FileNotFoundError):  # removed since it was listed
                        found[entry.name] = stamp(entry.stat(follow_symlinks=False))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StorageError(
            f"cannot list {folder}: {error.strerror or error}; choose another folder", folder
        ) from error
    return found


def remember_written(path: Path) -> None:
    """Note that this process made the file from arrays of its own, so that it may be opened here.

    Every other file is opened first in a process that may die
    (:mod:`core.data.vetted.inspection`).
    """
    found = stamp_of(path)
    if found is not None:
        with _lock:
            _written.add(found)


def was_written(found: Stamp) -> bool:
    """Whether this process wrote the file of that stamp; a file that changed has another one."""
    with _lock:
        return found in _written

"""Puts finished bytes on disk so that a crash at any moment loses no committed episode."""

import contextlib
import errno
import os
import time
from pathlib import Path

from core.data.episode import Episode
from core.data.errors import InvalidEpisodeError, StorageError
from core.data.layout import SUFFIX, encode
from core.data.stamps import remember_written

TEMPORARY_PREFIX = ".writing-"
LEFTOVER_AGE = 3600.0
"""A temporary file older than this [s] belongs to a writer that was killed."""


def write_episode(folder: Path | str, episode: Episode, *, replace: bool = False) -> Path:
    """Commit the episode to `folder` (made if needed) and return the file's absolute path.

    When this returns, the episode is on disk even if power fails the next moment; when it
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
    probe = folder / f"{TEMPORARY_PREFIX}{os.getpid()}-probe.tmp"
    try:
        probe.write_bytes(b"probe")
        probe.unlink()
    except OSError as error:
        with contextlib.suppress(OSError):
            probe.unlink(missing_ok=True)
        raise refused(error, folder, "write to") from error
    return folder


def commit(path: Path, image: bytes) -> None:
    """Write `image` to `path`: all of it or nothing.

    A temporary file in the same folder is written and synced, renamed over `path`, and the
    folder is synced, since a rename lives in the folder. Raises :class:`StorageError`.
    """
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{path.stem}.tmp")
    try:
        try:
            with temporary.open("wb") as file:
                file.write(image)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)  # noqa: PTH105 - atomic on every platform, as its name says
        except BaseException:  # a Ctrl-C must not leave half a file either
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as error:
        raise refused(error, path, "save") from error


def sync_folder(folder: Path) -> None:
    """Make renames in `folder` survive a power failure; does nothing on Windows."""
    if os.name == "nt":  # there a folder cannot be opened, and a rename is journalled
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def leftovers(folder: Path) -> list[Path]:
    """Temporary files of writers that were killed an hour ago or longer."""
    before = time.time() - LEFTOVER_AGE
    found = []
    for path in sorted(folder.glob(f"{TEMPORARY_PREFIX}*")):
        with contextlib.suppress(OSError):  # it may be renamed away while we look
            if path.stat().st_mtime < before:
                found.append(path)
    return found


def refused(error: OSError, path: Path, what: str) -> StorageError:
    """The system's refusal to `what` (such as "save") as a sentence with advice."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StorageError(
            f"cannot {what} {path}: the disk is full ({error.strerror}); nothing was left behind, "
            "free some space or choose another folder and save again",
            path,
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StorageError(
            f"cannot {what} {path}: no permission to write there ({error.strerror}); "
            "choose a folder that is yours",
            path,
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return StorageError(
            f"cannot {what} {path}: part of this path is a file; choose another folder", path
        )
    return StorageError(
        f"cannot {what} {path}: {error.strerror or error}; choose another folder and save again",
        path,
    )

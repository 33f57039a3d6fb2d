"""The recordings in a folder, and whether a file is still the one that was read or written."""

import contextlib
import os
import threading
from pathlib import Path

from core.data.errors import StorageError
from core.data.layout import SUFFIX

Stamp = tuple[int, int, int]
"""Time of the last change [ns], size [bytes] and number of a file."""

_written: set[Stamp] = set()
_lock = threading.Lock()


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

"""Tells whether a file is still the one that was looked at, and which files this process wrote."""

import os
import threading
from pathlib import Path

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


def remember_written(path: Path) -> None:
    """Note that this process made the file from arrays of its own, so that it may be opened here.

    Whatever else lies in a folder is opened first in a process that may die
    (:mod:`core.data.vetted.inspection`).
    """
    found = stamp_of(path)
    if found is not None:
        with _lock:
            _written.add(found)


def was_written(found: Stamp) -> bool:
    """Whether :func:`remember_written` was called for that file and it did not change since."""
    with _lock:
        return found in _written

"""Keeps two programs from changing one folder at the same time."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from core.data.errors import StorageError
from core.data.writer import refused

PATIENCE = 20.0
"""How long to wait for another program [s]."""


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; it ends with the process at the latest, also when that is killed.

    Where the system has no such locks (Windows), nothing is held. Raises :class:`StorageError`
    when another program keeps it for too long.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    try:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        handle = os.open(folder / ".lock", flags, 0o666)
    except OSError as error:
        raise refused(error, folder, "change") from error
    try:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() > until:
                    raise StorageError(
                        f"cannot change {folder}: another program is changing it; try again when "
                        "it is done",
                        folder,
                    ) from error
                time.sleep(0.02)
            except OSError:
                break  # a network folder without locks
        yield
    finally:
        os.close(handle)

"""Files and folders that appear whole or not at all, and files read with care."""

import contextlib
import itertools
import json
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MANY = 32
"""From this number of new files on, the whole disk is synced once instead of each of them."""


def sync(path: Path) -> None:
    """Wait until a file, or the list of files in a folder, is on the disk; raises OSError."""
    folder = path.is_dir()
    if folder and os.name == "nt":  # there a folder cannot be opened, and a rename is journalled
        return
    handle = os.open(path, os.O_RDONLY if folder else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def new_folder(target: Path, building: Path) -> Iterator[None]:
    """A folder to fill at `building`, which becomes `target` when the block ends without an error.

    Everything in it is synced before the rename. What is at `target` is put aside first and removed
    last. Raises OSError; nothing is left behind then.
    """
    shutil.rmtree(building, ignore_errors=True)
    try:
        building.mkdir(parents=True)
        yield
        _sync_all([*building.rglob("*"), building])
        # A kill between the renames leaves both, under names that explain themselves.
        aside = free_path(target.with_name(f"{target.name}.before-{os.getpid()}"))
        if target.exists():
            target.rename(aside)
        building.rename(target)
        sync(target.parent)
        shutil.rmtree(aside, ignore_errors=True)
    finally:  # a Ctrl-C must not leave half a folder either
        shutil.rmtree(building, ignore_errors=True)


def _sync_all(paths: list[Path]) -> None:
    if len(paths) > MANY and hasattr(os, "sync"):
        os.sync()
        return
    for path in paths:
        sync(path)


def free_path(path: Path) -> Path:
    """`path`, or where something lies there already the same with the first free number."""
    numbered = (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2))
    return next(each for each in itertools.chain([path], numbered) if not each.exists())


def read_plain_file(path: Path, largest: int) -> bytes:
    """The contents of a file that is no link, no pipe and not too large.

    Raises `ValueError` with the reason if it is, and `OSError`.
    """
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise ValueError("it is a link, a folder or a device; copy the file itself")
    if status.st_size > largest:
        raise ValueError(f"it holds {status.st_size:,} bytes; at most {largest:,} are read")
    return path.read_bytes()


def read_table(path: Path, largest: int) -> dict[str, Any]:
    """The table in a JSON file. Raises as :func:`read_plain_file` does, and `ValueError` if there
    is none in it."""
    try:
        values = json.loads(read_plain_file(path, largest))
    except RecursionError as error:
        raise ValueError("its brackets are nested too deeply") from error
    if not isinstance(values, dict):
        raise ValueError("it holds no table")
    return values

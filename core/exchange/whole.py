"""Files and folders for other programs that appear whole or not at all."""

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from core.data.writer import (
    TEMPORARY_PREFIX,
    leftovers,
    make_folder,
    new_file,
    refused,
    remove,
    sync_folder,
    temporary_of,
)
from core.exchange.errors import TargetError


@contextlib.contextmanager
def exported_file(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """A path to write to, which becomes the file `target` as :func:`new_file` does.

    Raises :class:`TargetError` if `target` exists, unless `replace` is set and it is a file, and
    :class:`StorageError` when the disk refuses; nothing is left behind then.
    """
    if target.is_dir():
        raise TargetError(f"{target} is a folder; give the name of a new file", target)
    _prepare(target, replace)
    with new_file(target) as building:
        yield building


@contextlib.contextmanager
def exported_folder(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """A folder to fill, which becomes `target` when the block ends without an error.

    Everything is synced before the rename. With `replace`, what was at `target` is put aside
    first and removed last. Raises as :func:`exported_file` does.
    """
    if target.is_symlink() or target.is_file():
        raise TargetError(f"{target} is a file; give the name of a new folder", target)
    _prepare(target, replace)
    building = temporary_of(target)
    try:
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir()
        yield building
        _sync(building)
        # A kill between the renames leaves both, under names that explain themselves.
        aside = target.with_name(f"{target.name}.before-{os.getpid()}")
        if target.exists():
            target.rename(aside)
        building.rename(target)
        sync_folder(target.parent)
        shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise refused(error, target, "save") from error
    finally:  # a Ctrl-C must not leave half a folder either
        shutil.rmtree(building, ignore_errors=True)


def _prepare(target: Path, replace: bool) -> None:
    """Make the folder above a target that is free, without what killed programs left there."""
    if target.exists() and not replace:
        raise TargetError(f"{target} exists already; choose another name, or --replace", target)
    make_folder(target.parent)
    for path in leftovers(target.parent, f"{TEMPORARY_PREFIX}*-{target.name}.tmp"):
        with contextlib.suppress(OSError):
            remove(path)


def _sync(folder: Path) -> None:
    """Flush every file below `folder` to disk."""
    for root, _, names in os.walk(folder):
        for name in names:
            with (Path(root) / name).open("rb+") as file:
                os.fsync(file.fileno())
        sync_folder(Path(root))

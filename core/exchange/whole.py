"""Files and folders that appear whole or not at all."""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from core.data import StorageError
from core.data.writer import (
    LEFTOVER_AGE,
    TEMPORARY_PREFIX,
    make_folder,
    refused,
    sync_folder,
)
from core.exchange.errors import TargetError


@contextlib.contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """A path to write to, which becomes the file `target` when the block ends without an error.

    The file is synced before the rename, its folder after. Raises :class:`StorageError` when the
    disk refuses; nothing is left behind then.
    """
    make_folder(target.parent)
    _remove_leftovers(target)
    building = target.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{target.name}.tmp")
    try:
        yield building
        with building.open("rb+") as file:
            os.fsync(file.fileno())
        building.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise refused(error, target, "save") from error
    finally:  # a Ctrl-C must not leave half a file either
        with contextlib.suppress(OSError):
            building.unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(target: Path, *, replace: bool = False) -> Iterator[Path]:
    """A folder to fill, which becomes `target` when the block ends without an error.

    Everything is synced before the rename. With `replace`, what was at `target` is put aside
    first and removed last. Raises :class:`TargetError` if `target` exists, and
    :class:`StorageError` when the disk refuses; nothing is left behind then.
    """
    target = target.absolute()
    if target.is_symlink() or target.is_file():
        raise TargetError(f"{target} is a file; give the name of a new folder", target)
    if target.exists() and not replace:
        raise TargetError(f"{target} exists already; choose another name, or --replace", target)
    make_folder(target.parent)
    _remove_leftovers(target)
    building = target.with_name(f"{TEMPORARY_PREFIX}{os.getpid()}-{target.name}.tmp")
    try:
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir()
        yield building
        _sync(building)
        # a kill between the renames leaves both, under names that tell
        aside = target.with_name(f"{target.name}.before-{os.getpid()}")
        if target.exists():
            target.rename(aside)
        building.rename(target)
        sync_folder(target.parent)
        shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        shutil.rmtree(building, ignore_errors=True)
        raise StorageError(
            f"cannot write {target}: {error.strerror or error}; nothing was left behind, free "
            "some space or choose another folder",
            target,
        ) from error
    except BaseException:  # a Ctrl-C must not leave half a folder either
        shutil.rmtree(building, ignore_errors=True)
        raise


def _sync(folder: Path) -> None:
    """Flush every file below `folder` to disk."""
    for root, _, names in os.walk(folder):
        for name in names:
            with (Path(root) / name).open("rb+") as file:
                os.fsync(file.fileno())
        sync_folder(Path(root))


def _remove_leftovers(target: Path) -> None:
    """What programs had half filled that were killed an hour ago or longer."""
    for path in target.parent.glob(f"{TEMPORARY_PREFIX}*-{target.name}.tmp"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime < LEFTOVER_AGE:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()

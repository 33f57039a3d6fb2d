"""Files and folders for other programs that appear whole or not at all."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from core.data.writer import (
    TEMPORARY_PREFIX,
    leftovers,
    make_folder,
    new_file,
    refused,
    remove,
    temporary_of,
)
from core.exchange.errors import TargetError
from core.files import new_folder


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
        with new_folder(target, building):
            yield building
    except OSError as error:
        raise refused(error, target, "save") from error


def _prepare(target: Path, replace: bool) -> None:
    """Make the folder above a target that is free, without what killed programs left there."""
    if target.exists() and not replace:
        raise TargetError(f"{target} exists already; choose another name, or --replace", target)
    make_folder(target.parent)
    for path in leftovers(target.parent, f"{TEMPORARY_PREFIX}*-{target.name}.tmp"):
        with contextlib.suppress(OSError):
            remove(path)

"""HDF5 files of other programs, read as carefully as our own recordings."""

import contextlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from core.data.errors import UnsafeRecordingError
from core.data.vetted.reader import (
    _attribute,
    _Budget,
    _damaged,
    _look_at,
    _member,
    _reading,
)

MAX_DEMONSTRATIONS = 100_000
"""Largest number of members of a group that are listed."""


class ForeignFile:
    """An HDF5 file of unknown origin, open for reading.

    Follows no link out of the file, opens only plain datasets, and reads nothing that declares
    much more than it holds; raises the errors of :func:`core.data.read_info`.
    """

    def __init__(self, file: h5py.File, path: Path) -> None:
        self._file = file
        self.path = path

    def names(self, group: str) -> list[str]:
        """Names of the members of `group`, sorted; empty if there is no such group."""
        if not self.has(group):
            return []
        with _reading(self.path):
            found = _member(self._file, group, h5py.Group, self.path)
            if len(found) > MAX_DEMONSTRATIONS:
                raise UnsafeRecordingError(
                    f"{self.path} declares {len(found):,} members of {group!r}; at most "
                    f"{MAX_DEMONSTRATIONS:,} are read",
                    self.path,
                )
            return sorted(found)

    def has(self, name: str) -> bool:
        """Whether `name` is there; :class:`UnsafeRecordingError` if a link leads to it."""
        return self._find(name) is not None

    def is_dataset(self, name: str) -> bool:
        """Whether `name` is an array."""
        return isinstance(self._find(name), h5py.Dataset)

    def shape(self, name: str) -> tuple[int, ...]:
        """Declared shape of the array `name`."""
        with _reading(self.path):
            return tuple(_member(self._file, name, h5py.Dataset, self.path).shape)

    def kind(self, name: str) -> str:
        """Kind of the numbers of the array `name`, as NumPy's letter: b, i, u, f or other."""
        with _reading(self.path):
            return str(_member(self._file, name, h5py.Dataset, self.path).dtype.kind)

    def attribute(self, group: str, name: str) -> Any:
        """A whole number, truth value or text attached to `group`; None if there is none."""
        with _reading(self.path):
            return _attribute(_member(self._file, group, h5py.Group, self.path), name, self.path)

    def read(self, name: str) -> np.ndarray:
        """The array `name`, after everything about it was found harmless."""
        with _reading(self.path):
            return _Budget(self.path).read(self._file, name)

    def _find(self, name: str) -> Any:
        found: Any = self._file
        with _reading(self.path):
            for component in name.split("/"):
                if not isinstance(found, h5py.Group) or component.encode() not in found.id:
                    return None
                found = _member(found, component, (h5py.Group, h5py.Dataset), self.path)
        return found


@contextlib.contextmanager
def open_foreign(path: Path | str) -> Iterator[ForeignFile]:
    """The file, open for reading. Raises as :func:`core.data.read_info` does.

    It may be of any size, since its arrays are read one by one, of at most 1 GiB each.
    """
    path = Path(path)
    _look_at(path, largest=math.inf)
    try:
        file = h5py.File(path, "r", locking=False)
    except OSError as error:
        raise _damaged(path, error) from error
    with file:
        yield ForeignFile(file, path)

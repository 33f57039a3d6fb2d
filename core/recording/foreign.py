"""HDF5 files of other programs, read as carefully as our own recordings."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from core.recording.errors import UnsafeRecordingError
from core.recording.reader import _attribute, _Budget, _member, _opened

MAX_DEMONSTRATIONS = 100_000
"""Largest number of members of a group that are listed."""


class ForeignFile:
    """An HDF5 file of unknown origin, open for reading.

    Follows no link out of the file, opens only plain datasets, and reads nothing that declares
    much more than it holds; raises the errors of :func:`core.recording.read_info`.
    """

    def __init__(self, file: h5py.File, path: Path) -> None:
        self._file = file
        self.path = path

    def names(self, group: str) -> list[str]:
        """Names of the members of `group`, sorted; empty if there is no such group."""
        if not self.has(group):
            return []
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
        group: Any = self._file
        for component in name.split("/"):
            if not isinstance(group, h5py.Group) or component.encode() not in group.id:
                return False
            group = _member(group, component, (h5py.Group, h5py.Dataset), self.path)
        return True

    def is_dataset(self, name: str) -> bool:
        """Whether `name` is an array."""
        parent, _, last = name.rpartition("/")
        if not self.has(name):
            return False
        group = _member(self._file, parent, h5py.Group, self.path) if parent else self._file
        return isinstance(group[last], h5py.Dataset)

    def shape(self, name: str) -> tuple[int, ...]:
        """Declared shape of the array `name`."""
        return tuple(_member(self._file, name, h5py.Dataset, self.path).shape)

    def kind(self, name: str) -> str:
        """Kind of the numbers of the array `name`, as NumPy's letter: b, i, u, f or other."""
        return str(_member(self._file, name, h5py.Dataset, self.path).dtype.kind)

    def attribute(self, group: str, name: str) -> Any:
        """A whole number or text attached to `group`; None if there is none."""
        return _attribute(_member(self._file, group, h5py.Group, self.path), name, self.path)

    def read(self, name: str) -> np.ndarray:
        """The array `name`, after everything about it was found harmless."""
        return _Budget(self.path).read(self._file, name)


@contextlib.contextmanager
def open_foreign(path: Path | str) -> Iterator[ForeignFile]:
    """The file, open for reading; what HDF5 stumbles on inside becomes a typed error."""
    path = Path(path)
    with _opened(path) as file:
        yield ForeignFile(file, path)

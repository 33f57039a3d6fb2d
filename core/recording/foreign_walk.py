"""Reads all of a foreign file, in the process that may die of it (core.recording.inspector)."""

from pathlib import Path

import h5py

from core.recording.errors import UnsafeRecordingError
from core.recording.reader import _Budget, _member, _opened

MAX_OBJECTS = 2_000_000
"""Largest number of arrays and groups of a file; groups that hold each other never end."""


def read_everything(path: Path) -> None:
    """Read every array of the HDF5 file once and keep none.

    Raises :class:`UnsafeRecordingError` for links out of the file, and what
    :func:`core.recording.read_episode` raises.
    """
    with _opened(path) as file:
        waiting: list[h5py.Group] = [file]
        seen = 0
        while waiting:
            group = waiting.pop()
            for name in group:
                seen += 1
                if seen > MAX_OBJECTS:
                    raise UnsafeRecordingError(
                        f"{path} declares more than {MAX_OBJECTS:,} arrays and groups; "
                        "it was not read",
                        path,
                    )
                found = _member(group, name, (h5py.Group, h5py.Dataset), path)
                if isinstance(found, h5py.Group):
                    waiting.append(found)
                elif found.dtype.kind in "biuf":  # lists of names are read by nobody
                    _Budget(path).read(group, name)

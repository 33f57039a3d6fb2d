"""The list of a folder's episodes, kept in a file next to them so that it opens at once."""

import contextlib
import json
import threading
import time
from pathlib import Path
from typing import Any

from core.data.errors import InvalidEpisodeError, StorageError
from core.data.library.history import History, trash_of
from core.data.rows import (
    EpisodeRow,
    pack,
    row_from_json,
    row_to_json,
    unpack,
)
from core.data.vetted.inspection import Inspector
from core.data.vetted.reader import read_row
from core.data.writer import Stamp, commit, recordings_in, stamp_of, was_written
from core.files import read_plain_file

INDEX = ".index.json"
"""Name of the file in the folder of the episodes: JSON, a line for each. It can be deleted."""
FORMAT = "act-jepa-studio index"
VERSION = 3
LARGEST = 512 << 20
"""A larger file is no index of ours [bytes]."""
SAVE_EVERY = 10.0
"""Time between two saves while a large folder is read for the first time [s]."""


def open_index(folder: Path | str, *, save: bool = True) -> "EpisodeIndex":
    """The index of `folder`, brought up to date with its files.

    It is read from the folder, and made again when it is missing, damaged or of another version.
    With `save` it is written back when something changed; a folder that cannot be written to is no
    error. A change of the editor that a kill cut off is completed first. Raises
    :class:`StorageError` if the folder cannot be listed.
    """
    if save:
        with contextlib.suppress(StorageError):  # a reader without permission sees what there is
            History(Path(folder).absolute(), trash_of(Path(folder).absolute())).recover()
    index = EpisodeIndex(folder, save=save)
    index.refresh()
    return index


class EpisodeIndex:
    """Owns the rows of one folder. `rows` may be read from any thread while another refreshes."""

    def __init__(self, folder: Path | str, *, save: bool = True) -> None:
        """Reads the index file, but not yet the folder; see :func:`open_index`."""
        self.folder = Path(folder).absolute()
        self.rows: tuple[EpisodeRow, ...] = ()
        """All episodes, sorted by name, broken ones included."""
        self._save = save
        self._known: dict[str, tuple[Stamp, EpisodeRow]] | None = None
        self._remembered: dict[tuple[str, Stamp], EpisodeRow] = {}
        self._lock = threading.Lock()

    def refresh(self) -> bool:
        """Read what is new or changed on the disk; True if any row changed.

        Files that this process did not write are opened in a process that may die first. Raises
        :class:`StorageError` if the folder cannot be listed.
        """
        with self._lock:
            loaded = self._known is None
            before = (read_index(self.folder) or {}) if self._known is None else self._known
            present = recordings_in(self.folder)
            changed = present != {name: at for name, (at, _) in before.items()}
            for name, (at, row) in before.items():  # an undone change brings the same file back
                self._remembered[name, at] = row
            known = {
                name: (at, self._remembered[name, at])
                for name, at in present.items()
                if (name, at) in self._remembered
            }
            unknown = [name for name in present if name not in known]
            self._read(unknown, present, known)
            self._take(known)
            if changed and self._save:
                _store(self.folder, known)
            return changed or (loaded and bool(known))

    def vet(self, path: Path) -> EpisodeRow:
        """The row of one file of the folder, read now if it is new or changed.

        After this it may be opened in this process. Raises :class:`StorageError` if it is gone.
        """
        with self._lock:
            if self._known is None:
                self._known = read_index(self.folder) or {}
            at = stamp_of(path)
            if at is None:
                raise StorageError(f"cannot read {path}: it is gone; refresh the list", path)
            found = self._known.get(path.name)
            if found is None or found[0] != at:
                known = dict(self._known)
                self._read([path.name], {path.name: at}, known)
                self._take(known)
                found = known[path.name]
            return found[1]

    def _take(self, known: dict[str, tuple[Stamp, EpisodeRow]]) -> None:
        self._known = known
        self.rows = tuple(known[name][1] for name in sorted(known))

    def _read(
        self,
        names: list[str],
        present: dict[str, Stamp],
        known: dict[str, tuple[Stamp, EpisodeRow]],
    ) -> None:
        saved = time.monotonic()
        with Inspector() as inspector:
            for name in names:
                path, at = self.folder / name, present[name]
                row = read_row(path) if was_written(at) else inspector.inspect(path)
                known[name] = (at, row)
                if self._save and time.monotonic() - saved > SAVE_EVERY:
                    _store(self.folder, known)  # the next start goes on from here
                    self._take(dict(known))
                    saved = time.monotonic()


def read_index(folder: Path) -> dict[str, tuple[Stamp, EpisodeRow]] | None:
    """What the index file says; None if it makes no sense. It can always be made again."""
    path = folder / INDEX
    try:
        first, *lines = read_plain_file(path, LARGEST).splitlines()
        values = json.loads(first)
        if values["format"] == FORMAT and values["version"] != VERSION:
            return {}  # of another version of this program: every file is read again
        if values["format"] != FORMAT or values["rows"] != len(lines):
            return None
        shared = [dict(each) for each in values["shared"]]
        known = {}
        for line in lines:  # one by one: a whole file would hold up other threads for long
            name, at, packed = json.loads(line)
            if not isinstance(name, str) or "/" in name or "\\" in name:
                return None
            mtime, size, number = (int(value) for value in at)
            row = row_from_json(folder / name, unpack(packed, shared))
            known[name] = ((mtime, size, number), row)
        return known
    except (
        OSError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        AttributeError,
        OverflowError,
        RecursionError,
        MemoryError,
        InvalidEpisodeError,
    ):
        return None


def _store(folder: Path, known: dict[str, tuple[Stamp, EpisodeRow]]) -> None:
    """Write the index; a disk that refuses only costs the time of making it again."""
    shared: dict[str, int] = {}
    rows: list[Any] = [
        [name, at, pack(row_to_json(row), shared)]
        for name, (at, row) in known.items()
        if not row.passing
    ]
    first = {
        "format": FORMAT,
        "version": VERSION,
        "shared": [json.loads(text) for text in shared],
        "rows": len(rows),
    }
    if rows or (folder / INDEX).exists():
        lines = [json.dumps(line, separators=(",", ":")) for line in (first, *rows)]
        with contextlib.suppress(StorageError):
            commit(folder / INDEX, "\n".join(lines).encode())

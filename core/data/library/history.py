"""The changes of a library, which can be taken back even after a restart or a kill.

The trash holds a folder for each change with the files from before and from after it::

    trash/history.json          which changes there are, how many are done, which is under way
    trash/<change>/change.json  what it was and which files it touched
    trash/<change>/before/…     bytes from before; a file that was added has none
    trash/<change>/after/…      bytes from after; a file that was deleted has none

Both sides are complete before anything moves. `history.json` says which side is wanted before the
first file moves. A process that is killed leaves a change that :meth:`History.recover` completes.
Files are hard links where the disk has them, so that nothing is copied.
"""

import filecmp
import json
import os
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from core.data.errors import NothingToUndoError, StorageError
from core.data.library.locking import locked
from core.data.writer import commit, make_folder, new_file, refused, remember_written
from core.files import new_folder, read_table, sync

STATE = "history.json"
CHANGE = "change.json"
PREPARING = ".preparing-"
FORMAT = "act-jepa-studio history"
VERSION = 1
LARGEST = 64 << 20
"""A larger file is no history of ours [bytes]."""

Side = Literal["before", "after"]
SIDES: tuple[Side, ...] = ("before", "after")


@dataclass(frozen=True)
class FileChange:
    """One file that a change touches."""

    name: str
    """Its name in the folder of the episodes."""
    before: bool
    """Whether it was there before."""
    after: bool
    """Whether it is there afterwards."""


@dataclass(frozen=True)
class Change:
    """One step of the history."""

    identifier: str
    """Name of its folder in the trash."""
    text: str
    """What was done, for a menu."""
    created: str
    """When, ISO 8601 in UTC."""
    files: tuple[FileChange, ...]
    """What it touched."""


@dataclass(frozen=True)
class _State:
    changes: tuple[str, ...] = ()
    """Identifiers, oldest first."""
    done: int = 0
    """How many of them are done; the others were taken back."""
    pending: tuple[str, Side] | None = None
    """The change that is under way, and to which side."""

    def next(self, side: Side) -> str:
        """The change that is undone ("before") or done again ("after") next; "" for none."""
        place = self.done - 1 if side == "before" else self.done
        return self.changes[place] if 0 <= place < len(self.changes) else ""


def trash_of(folder: Path) -> Path:
    """Where the discarded files of a folder go: a workspace has its own place for them."""
    return folder.parent / "trash" if folder.name == "episodes" else folder / "trash"


class History:
    """Changes files of `folder` so that every change can be taken back and done again.

    Owns the trash. What it knows lies on the disk alone, so that two programs may use one folder;
    they wait for each other.
    """

    def __init__(self, folder: Path, trash: Path) -> None:
        self.folder = folder
        self.trash = trash

    def recover(self) -> bool:
        """Complete a change that was cut off by a kill; True if there was one.

        Raises :class:`StorageError` if the disk refuses.
        """
        if not self.interrupted and not any(self.trash.glob(f"{PREPARING}*")):
            return False
        with locked(self.trash):
            for path in self.trash.glob(f"{PREPARING}*"):  # nothing was moved yet: only copies
                shutil.rmtree(path, ignore_errors=True)
            interrupted = self.interrupted
            self._settled(self._state())
            return interrupted

    @property
    def interrupted(self) -> bool:
        """Whether a change was cut off and waits to be completed."""
        return self._state().pending is not None

    def do(self, text: str, files: Iterable[tuple[str, bytes | None]]) -> None:
        """Give each named file new contents, or remove it (None); what was undone is forgotten.

        Raises :class:`StorageError`. Then nothing was changed, or the next :meth:`recover`
        completes the change.
        """
        make_folder(self.trash)
        make_folder(self.folder)
        with locked(self.trash):
            state = self._settled(self._state())
            name = self._prepare(text, files)
            kept = state.changes[: state.done]
            self._settled(_State((*kept, name), len(kept), (name, "after")))
            for undone in state.changes[state.done :]:
                shutil.rmtree(self.trash / undone, ignore_errors=True)

    def text_of(self, side: Side) -> str:
        """What :meth:`step` would take back or do again; empty if nothing."""
        name = self._state().next(side)
        change = self._read(name) if name else None
        return change.text if change is not None else ""

    def step(self, side: Side) -> str:
        """Take back the last change ("before"), or do again what was taken back last ("after").

        Returns what it was. Raises :class:`NothingToUndoError` and :class:`StorageError`.
        """
        word = "undo" if side == "before" else "redo"
        if not (self.trash / STATE).exists():
            raise NothingToUndoError(f"nothing to {word} in this library")
        with locked(self.trash):
            state = self._settled(self._state())
            name = state.next(side)
            if not name:
                raise NothingToUndoError(f"nothing to {word} in this library")
            change = self._read(name)
            if change is None:
                raise StorageError(
                    f"cannot {word}: {self.trash / name} is gone; was the trash emptied?",
                    self.trash / name,
                )
            self._require(change, side)
            make_folder(self.folder)
            self._settled(replace(state, pending=(name, side)))
            return change.text

    # -- one change ---------------------------------------------------------------------------

    def _prepare(self, text: str, files: Iterable[tuple[str, bytes | None]]) -> str:
        """Keep both sides of a change in the trash; returns its name."""
        now = datetime.now(UTC)
        name = f"{now:%Y%m%d-%H%M%S-%f}-{secrets.token_hex(2)}"
        kept, building = self.trash / name, self.trash / f"{PREPARING}{name}"
        listed = []
        try:
            with new_folder(kept, building):
                (building / "before").mkdir()
                (building / "after").mkdir()
                for file, contents in files:
                    path = self.folder / file
                    if path.exists():
                        _link_or_copy(path, building / "before" / file)
                    if contents is not None:
                        (building / "after" / file).write_bytes(contents)
                    listed.append(FileChange(file, path.exists(), contents is not None))
                change = Change(name, text, now.isoformat(timespec="seconds"), tuple(listed))
                (building / CHANGE).write_text(json.dumps(asdict(change)), encoding="utf-8")
        except OSError as error:
            raise refused(error, self.trash, "keep a copy in") from error
        for path in (kept / "after").iterdir():
            remember_written(path)
        return name

    def _require(self, change: Change, side: Side) -> None:
        """Refuse to overwrite what is neither side of the change, and to restore what is gone."""
        kept = self.trash / change.identifier
        for file in change.files:
            path = self.folder / file.name
            if getattr(file, side) and not (kept / side / file.name).is_file():
                raise StorageError(
                    f"cannot restore {path}: {kept / side / file.name} is gone; "
                    "was the trash emptied?",
                    path,
                )
            sides = [each for each in SIDES if getattr(file, each)]
            if path.exists() and not any(_same(path, kept / s / file.name) for s in sides):
                raise StorageError(
                    f"cannot restore {path}: a file of that name exists; move it away first"
                    if sides == [side]
                    else f"cannot take {path} back: it was changed by something else since; move "
                    "it away first",
                    path,
                )

    def _put(self, source: Path, path: Path) -> None:
        if not source.is_file() or (path.exists() and path.samefile(source)):
            return  # renaming a link over a link of the same file would do nothing and stay
        with new_file(path, durable=False) as building:
            building.unlink(missing_ok=True)
            _link_or_copy(source, building)

    # -- what is on the disk ------------------------------------------------------------------

    def _settled(self, state: _State) -> _State:
        """`state` once its change under way is complete; completing it again changes nothing."""
        if state.pending is None:
            return state
        self._save(state)
        name, side = state.pending
        change = self._read(name)
        if change is not None:
            try:
                for file in change.files:  # additions first: one version is always there
                    if getattr(file, side):
                        self._put(self.trash / name / side / file.name, self.folder / file.name)
                sync(self.folder)
                for file in change.files:
                    if not getattr(file, side):
                        (self.folder / file.name).unlink(missing_ok=True)
                sync(self.folder)
            except OSError as error:
                raise refused(error, self.folder, "finish a change in") from error
        settled = _State(state.changes, state.changes.index(name) + (side == "after"))
        self._save(settled)
        return settled

    def _save(self, state: _State) -> None:
        values = {"format": FORMAT, "version": VERSION, **asdict(state)}
        commit(self.trash / STATE, json.dumps(values).encode())

    def _state(self) -> _State:
        try:
            values = read_table(self.trash / STATE, LARGEST)
            pending = values["pending"]
            state = _State(
                tuple(_plain(name) for name in values["changes"]),
                int(values["done"]),
                None if pending is None else (pending[0], pending[1]),
            )
            sound = values["format"] == FORMAT and 0 <= state.done <= len(state.changes)
            if not sound or (pending and not (pending[0] in state.changes and pending[1] in SIDES)):
                raise ValueError("no history")
        except (OSError, LookupError, TypeError, ValueError, OverflowError):
            return _State()  # the files are all in the trash; only their order is lost
        return state

    def _read(self, name: str) -> Change | None:
        try:
            values = read_table(self.trash / name / CHANGE, LARGEST)
            files = tuple(
                FileChange(_plain(file["name"]), bool(file["before"]), bool(file["after"]))
                for file in values["files"]
            )
            return Change(name, str(values["text"]), str(values["created"]), files)
        except (OSError, KeyError, TypeError, ValueError, OverflowError):
            return None


def _plain(name: Any) -> str:
    """The name, if it stays within its folder."""
    if not isinstance(name, str) or name in ("", ".", "..") or "/" in name or "\\" in name:
        raise ValueError(f"{name!r} is no plain name")
    return name


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except (OSError, NotImplementedError):  # another disk, or one without links
        shutil.copyfile(source, target)
        sync(target)


def _same(first: Path, second: Path) -> bool:
    if not second.exists():
        return False
    return first.samefile(second) or filecmp.cmp(first, second, shallow=False)

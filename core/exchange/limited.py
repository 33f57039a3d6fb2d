"""Data of other programs, read by a process that may die of it.

Every library that decodes foreign bytes (HDF5, Arrow, FFmpeg, Pillow) runs in the limited child
:mod:`core.exchange.limited_reader`. The child hands over plain numbers, one episode at a time. A
child that only checked the data first would decode everything twice and prove little: a decoder
that writes past its memory may survive there and die here.
"""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np

from core.closing import Closing
from core.data import errors
from core.data.episode import FASTEST, LONGEST_TEXT
from core.data.vetted.child import Child, ChildEndedError
from core.data.vetted.limits import SLOWEST, size_of
from core.exchange.errors import UnusableSourceError
from core.exchange.source import ForeignEpisode, own_info

Format = Literal["robomimic", "lerobot"]

COMMAND = ("-m", "core.exchange.limited_reader")
"""What Python runs in the child."""
PATIENCE = 120.0
"""Longest silence while an episode, of at most 1 GiB, is read [s]."""
_MOST_NOTES = 1000
_DIMENSIONS = {
    "actions": 2,
    "observations": 2,
    "states": 2,
    "images": 4,
    "rewards": 1,
    "dones": 1,
    "interventions": 1,
}
"""Of the arrays of an episode."""


class LimitedSource(Closing):
    """A :class:`Source` that a child process reads; a context manager that owns the child.

    What the child hands over is checked like the contents of a file. What the data does to the
    child becomes an :class:`UnusableSourceError` that says so. Errors that the child finds are
    raised as they are: that, or a :class:`core.data.RecordingError`.
    """

    def __init__(
        self,
        kind: Format,
        path: Path,
        *,
        task: str | None = None,
        control_rate: float | None = None,
        images: bool = True,
        patience: float = PATIENCE,
    ) -> None:
        """`task` and `control_rate` [Hz] replace what the source says.

        `patience` is the time that one episode may take [s].
        """
        self.path = path
        self.control_rate = 0.0
        self.action_names: tuple[str, ...] = ()
        self.notes: list[str] = []
        self.patience = patience
        options = {"task": task, "control_rate": control_rate, "images": images}
        self._wanted = {"format": kind, "path": str(path), "options": options}
        self._child: Child | None = None
        self._episodes = 0
        self._where = ""
        self._open()

    def __len__(self) -> int:
        return self._episodes

    def actions(self) -> Iterator[np.ndarray]:
        """The actions (T, A) of each episode, in the robot's own units."""
        for _, arrays in self._stream("actions"):
            yield self._checked(arrays)["actions"]

    def episodes(self) -> Iterator[ForeignEpisode]:
        """The episodes, one after the other; the child decodes one while the last is used."""
        for head, arrays in self._stream("episodes"):
            yield self._episode(head, self._checked(arrays))

    def close(self) -> None:
        """End the child; reading on starts another."""
        if self._child is not None:
            self._child.close()
            self._child = None

    def _open(self) -> Child:
        self._child = Child(COMMAND)
        self._where = "while it was opened"
        try:
            self._child.ask(self._wanted)
            about, _ = self._receive(self.patience + size_of(self.path) / SLOWEST)
            match about:
                case {
                    "episodes": int(episodes),
                    "control_rate": float(rate) | int(rate),
                    "action_names": list(names),
                } if episodes >= 0 and 0 < rate <= FASTEST:
                    self._episodes, self.control_rate = episodes, float(rate)
                    self.action_names = tuple(_text(name) for name in names)
                case _:
                    raise self._nonsense()
            self._take_notes(about)
        except BaseException:
            self.close()
            raise
        return self._child

    def _stream(self, what: str) -> Iterator[tuple[dict[str, Any], dict[str, np.ndarray]]]:
        """What the child sends of each episode; given up half way, the child is ended."""
        child = self._child or self._open()
        ended = False
        try:
            child.ask(what)
            for number in itertools.count(1):
                self._where = f"at the {what}, number {number} of {self._episodes}"
                head, arrays = self._receive(self.patience)
                if "end" in head:
                    self._take_notes(head)
                    ended = True
                    return
                yield head, arrays
        finally:
            if not ended:
                self.close()

    def _receive(self, seconds: float) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """The next message; the error that the child found, or what the data did to it."""
        assert self._child is not None
        try:
            head, arrays = self._child.receive(seconds)
        except ChildEndedError as error:
            raise self._damaged(str(error)) from error
        if "error" in head:
            kind = str(head["error"])
            found = getattr(errors, kind) if kind in _FOUND else UnusableSourceError
            raise found(_text(head.get("message"), 2000), self.path)
        return head, arrays

    def _damaged(self, how: str) -> UnusableSourceError:
        return UnusableSourceError(
            f"{self.path} {how} {self._where}; it is damaged or made to do harm: get it anew "
            "(episodes imported before stay)",
            self.path,
        )

    def _nonsense(self) -> UnusableSourceError:
        return self._damaged("made its reader answer nonsense")

    def _take_notes(self, head: dict[str, Any]) -> None:
        given = head.get("notes")
        for note in given[:_MOST_NOTES] if isinstance(given, list) else []:
            if _text(note) not in self.notes:
                self.notes.append(_text(note))

    def _checked(self, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The arrays, if each has the dimensions of its kind and there are actions."""
        actions = arrays.get("actions", np.empty((0, 0)))
        fits = all(
            values.ndim == _DIMENSIONS.get(name.partition("/")[0])
            for name, values in arrays.items()
        )
        named = not self.action_names or actions.shape[1:] == (len(self.action_names),)
        if not fits or not named or not actions.size:
            raise self._nonsense()
        return arrays

    def _episode(self, head: dict[str, Any], arrays: dict[str, np.ndarray]) -> ForeignEpisode:
        success = head.get("success")
        if success is not None and not isinstance(success, bool):
            raise self._nonsense()
        observations = _below("observations", arrays)
        return ForeignEpisode(
            name=_text(head.get("name")),
            task=_text(head.get("task")),
            observations=observations,
            actions=arrays["actions"],
            success=success,
            rewards=arrays.get("rewards"),
            dones=arrays.get("dones"),
            states=arrays.get("states"),
            interventions=arrays.get("interventions"),
            images=_below("images", arrays),
            info=own_info(head.get("info"), len(arrays["actions"]), observations),
        )


_FOUND = (
    "DamagedRecordingError",
    "ForeignRecordingError",
    "StorageError",
    "UnsafeRecordingError",
)
"""Errors of recordings that the child may find; all others become the source's."""


def _below(group: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    start = f"{group}/"
    return {name.removeprefix(start): v for name, v in arrays.items() if name.startswith(start)}


def _text(value: Any, longest: int = LONGEST_TEXT) -> str:
    """A stranger's words on one line: a terminal obeys what cannot be printed."""
    shown = "".join(sign if sign.isprintable() else " " for sign in str(value)[: 4 * longest])
    return " ".join(shown.split())[:longest]

"""Data of other programs, read by a process that may die of it.

Everything that understands a stranger's bytes (HDF5, Arrow, FFmpeg, Pillow) runs in the limited
child :mod:`core.exchange.limited_reader`, which hands over plain numbers, one episode after the
other. A child that only looked first would decode everything twice and prove little: a decoder
that writes past its memory may survive it there and die of it here.
"""

import contextlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen
from types import TracebackType
from typing import IO, Any, Literal, Self

import numpy as np

from core.data import errors as recording_errors
from core.data.episode import FASTEST, LONGEST_TEXT
from core.data.vetted.limits import ending_of, start_child
from core.exchange.errors import UnusableSourceError
from core.exchange.messages import read_message
from core.exchange.source import ForeignEpisode, own_info

Format = Literal["robomimic", "lerobot"]

COMMAND = ("-m", "core.exchange.limited_reader")
"""What Python runs in the child."""
PATIENCE = 120.0
"""Longest silence while an episode, of at most 1 GiB, is read [s]."""
SLOWEST = 10e6
"""Speed at which a source is opened at the least: a file's rewards are looked through [bytes/s]."""
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


class LimitedSource:
    """A :class:`Source` that a child process reads; a context manager that owns the child.

    What it is handed is checked like a file's contents. What the data does to the child becomes
    an :class:`UnusableSourceError` that says so; errors that the child found are raised as they
    are: that, or one of :class:`core.data.RecordingError`.
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
        self._wanted = json.dumps({"format": kind, "path": str(path), "options": options})
        self._process: Popen[bytes] | None = None
        self._episodes = 0
        self._where = ""
        self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

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
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for stream in _pipes(self._process):
            with contextlib.suppress(OSError):  # a request that was never taken
                stream.close()
        self._process = None

    def _open(self) -> None:
        self._process = start_child(COMMAND)
        self._where = "while it was opened"
        try:
            self._ask(self._wanted)
            about, _ = self._receive(self.patience + _size(self.path) / SLOWEST)
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

    def _stream(self, what: str) -> Iterator[tuple[dict[str, Any], dict[str, np.ndarray]]]:
        """What the child sends of each episode; given up half way, the child is ended."""
        if self._process is None:
            self._open()
        number = 0
        ended = False
        try:
            self._where = f"at the {what}"
            self._ask(what)
            while True:
                number += 1
                self._where = f"at the {what}, number {number} of {self._episodes}"
                head, arrays = self._receive(self.patience)
                if "end" in head:
                    break
                yield head, arrays
            self._take_notes(head)
            ended = True
        finally:
            if not ended:
                self.close()

    def _ask(self, line: str) -> None:
        assert self._process is not None
        requests, _ = _pipes(self._process)
        with contextlib.suppress(OSError):  # it has died, which its silence will tell
            requests.write(line.encode() + b"\n")
            requests.flush()

    def _receive(self, seconds: float) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """The next message; a child that is silent for `seconds` is killed."""
        process = self._process
        assert process is not None
        late = threading.Event()

        def give_up() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(seconds, give_up)
        timer.start()
        try:
            head, arrays = read_message(_pipes(process)[1])
        except EOFError as error:
            how = "kept its reader busy for too long" if late.is_set() else ending_of(process)
            raise self._damaged(how) from error
        except ValueError as error:
            raise self._nonsense() from error
        finally:
            timer.cancel()
            timer.join()
        if "error" in head:
            raise self._told(str(head["error"]), _text(head.get("message"), 2000))
        return head, arrays

    def _told(self, kind: str, message: str) -> Exception:
        """The error that the child found."""
        found = getattr(recording_errors, kind, None) if kind in _TOLD else None
        return (found or UnusableSourceError)(message, self.path)

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
        for name, values in arrays.items():
            if values.ndim != _DIMENSIONS.get(name.partition("/")[0]):
                raise self._nonsense()
        actions = arrays.get("actions")
        if actions is None or not actions.size:
            raise self._nonsense()
        if self.action_names and actions.shape[1] != len(self.action_names):
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


_TOLD = (
    "DamagedRecordingError",
    "ForeignRecordingError",
    "StorageError",
    "UnsafeRecordingError",
)
"""Errors of recordings that the child may have found; the others are the source's."""


def _pipes(process: "Popen[bytes]") -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


def _below(group: str, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    start = f"{group}/"
    return {name.removeprefix(start): v for name, v in arrays.items() if name.startswith(start)}


def _text(value: Any, longest: int = LONGEST_TEXT) -> str:
    """A stranger's words on one line: a terminal obeys what cannot be printed."""
    shown = "".join(sign if sign.isprintable() else " " for sign in str(value)[: 4 * longest])
    return " ".join(shown.split())[:longest]


def _size(path: Path) -> int:
    """Bytes of the file, or of all files below the folder; 0 if nobody can tell."""
    try:
        files = path.rglob("*") if path.is_dir() else [path]
        return sum(file.lstat().st_size for file in files)
    except OSError:
        return 0

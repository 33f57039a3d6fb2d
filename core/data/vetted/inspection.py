"""Opens files of unknown origin in a process that may die, before this one opens them.

The HDF5 library itself can be crashed by a file. Whoever shows a list of recordings must not die
of it, so a limited child process (:mod:`core.data.vetted.inspector`) reads each unknown file first;
when it dies or hangs, the file is a broken one and the next is read by a new child.
"""

import contextlib
import io
import json
import queue
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from core.data.errors import InvalidEpisodeError
from core.data.rows import EpisodeRow, broken, row_from_json
from core.data.vetted.limits import ending_of, start_child

COMMAND = ("-m", "core.data.vetted.inspector")
"""What Python runs in the child; the current folder is not where it looks for modules."""
PATIENCE = 5.0
"""A small file that takes longer to read is given up [s]; some bytes send HDF5 round in circles."""
SLOWEST = 10e6
"""Speed at which a large file is read at the least [bytes/s]."""
_START = 60.0
"""Time a child may take for its first answer, with all its imports on a busy machine [s]."""
_LONGEST = 1 << 20
"""Longest answer that is looked at [bytes]."""


@dataclass(frozen=True)
class Findings:
    """What an examination found."""

    problem: str | None
    """Why it cannot be read, as a sentence; None if it can."""
    damaged: bool = False
    """Whether it is a file of this program that can be read no more."""
    flaws: tuple[str, ...] = ()
    """What is wrong with a file that can be read, or that could be after mending this."""


class Inspector:
    """Reads recordings in a child process; a context manager that owns the child.

    The child is started with the first file. Not safe to use from two threads at once.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        """`patience` is the time that a small file may take [s]."""
        self.patience = patience
        self._child: _Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def inspect(self, path: Path) -> EpisodeRow:
        """The row of the recording; whatever it did to the child becomes its problem.

        Raises :class:`StorageError` if no child can be started.
        """
        answer = self._ask("row", path)
        if isinstance(answer, str):
            return broken(path, answer, damaged=True)
        try:
            return row_from_json(path, answer)
        except InvalidEpisodeError:
            return broken(path, _damaged(path, "made its reader answer nonsense"), damaged=True)

    def examine(self, path: Path) -> Findings:
        """What is wrong with the recording, after every array of it was read."""
        return self._findings("episode", path)

    def examine_checkpoint(self, folder: Path) -> Findings:
        """What is wrong with the checkpoint, after its model was loaded."""
        return self._findings("checkpoint", folder)

    def _findings(self, kind: str, path: Path) -> Findings:
        answer = self._ask(kind, path)
        if isinstance(answer, str):
            return Findings(answer, damaged=True)
        try:
            problem = answer["problem"]
            return Findings(
                None if problem is None else str(problem)[:2000],
                bool(answer["damaged"]),
                tuple(str(flaw)[:200] for flaw in answer["flaws"])[:20],
            )
        except (KeyError, TypeError):
            return Findings(_damaged(path, "made its reader answer nonsense"), damaged=True)

    def _ask(self, kind: str, path: Path) -> dict[str, Any] | str:
        """The child's answer, or what the file did to it as a sentence."""
        started = self._child is None
        if self._child is None:
            self._child = _Child()
        request = json.dumps({"kind": kind, "path": str(path)})
        patience = self.patience + _size(path) / SLOWEST
        if started or kind == "checkpoint":  # which loads torch at its first
            patience += _START
        line = self._child.ask(request, patience)
        if isinstance(line, str):
            try:
                answer = json.loads(line)
                if isinstance(answer, dict):
                    return answer
            except (ValueError, RecursionError):
                pass
            ending = "made its reader answer nonsense"
        else:
            ending = self._child.ending(line)
        self.close()
        return _damaged(path, ending)

    def close(self) -> None:
        """End the child; the next file starts another."""
        if self._child is not None:
            self._child.close()
            self._child = None


def _size(path: Path) -> int:
    """Bytes of the file, or of the files in a folder; 0 if nobody can tell."""
    try:
        files = [path] if path.is_file() else list(path.iterdir())
        return sum(file.lstat().st_size for file in files)
    except OSError:
        return 0


def _damaged(path: Path, ending: str) -> str:
    return f"{path} is damaged: it {ending}; restore it from a copy or delete it"


class _Gone:
    """No answer: the child died."""


class _Late:
    """No answer in time."""


class _Child:
    """The process and the thread that waits for its answers."""

    def __init__(self) -> None:
        self._process = start_child(COMMAND)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input: IO[str] = io.TextIOWrapper(self._process.stdin, encoding="utf-8")
        self._output: IO[str] = io.TextIOWrapper(self._process.stdout, encoding="utf-8")
        self._answers: queue.SimpleQueue[str | type[_Gone]] = queue.SimpleQueue()
        self._listener = threading.Thread(target=self._listen, name="inspector", daemon=True)
        self._listener.start()

    def ask(self, request: str, seconds: float) -> "str | type[_Gone] | type[_Late]":
        try:
            self._input.write(request + "\n")
            self._input.flush()
        except OSError:
            return _Gone
        try:
            return self._answers.get(timeout=seconds)
        except queue.Empty:
            return _Late

    def ending(self, how: "type[_Gone] | type[_Late]") -> str:
        """How the child ended, as the rest of a sentence about the file."""
        if how is _Late:
            return "kept its reader busy for too long"
        return ending_of(self._process)

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._listener.join()
        with contextlib.suppress(OSError):  # a request that was never taken
            self._input.close()
        self._output.close()

    def _listen(self) -> None:
        while True:
            try:
                line = self._output.readline(_LONGEST)
            except ValueError:
                line = ""  # not UTF-8: no answer of ours
            if not line.endswith("\n"):
                self._answers.put(_Gone)
                return
            self._answers.put(line)

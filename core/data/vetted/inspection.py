"""Opens files of unknown origin in a process that may die, before this one opens them.

A file can crash the HDF5 library itself. A list of recordings must survive that. A limited child
process (:mod:`core.data.vetted.inspector`) therefore reads each unknown file first. When it dies
or hangs, the file counts as broken and a new child reads the next.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.closing import Closing
from core.data.errors import InvalidEpisodeError
from core.data.rows import EpisodeRow, row_from_json
from core.data.vetted.child import Child, ChildEndedError
from core.data.vetted.limits import SLOWEST, size_of

COMMAND = ("-m", "core.data.vetted.inspector")
"""What Python runs in the child; the current folder is not where it looks for modules."""
PATIENCE = 5.0
"""A small file that takes longer to read is given up [s]; some bytes send HDF5 round in circles."""
_START = 60.0
"""Time a child may take for its first answer, with all its imports on a busy machine [s]."""


@dataclass(frozen=True)
class Findings:
    """What an examination found."""

    problem: str | None
    """Why it cannot be read, as a sentence; None if it can."""
    damaged: bool = False
    """Whether it is a file of this program that can no longer be read."""
    flaws: tuple[str, ...] = ()
    """What is wrong with a file that can be read, or that could be after mending this."""


class Inspector(Closing):
    """Reads recordings in a child process; a context manager that owns the child.

    The child is started with the first file. Not safe to use from two threads at once.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        """`patience` is the time that a small file may take [s]."""
        self.patience = patience
        self._child: Child | None = None

    def inspect(self, path: Path) -> EpisodeRow:
        """The row of the recording; whatever it did to the child becomes its problem.

        Raises :class:`StorageError` if no child can be started.
        """
        try:
            return row_from_json(path, self._answer("row", path))
        except (ChildEndedError, InvalidEpisodeError) as error:
            return EpisodeRow(path, None, _damaged(path, error), damaged=True)

    def examine(self, path: Path) -> Findings:
        """What is wrong with a recording, after every array of it was read, or with the checkpoint
        in a folder, after its model was loaded."""
        try:
            answer = self._answer("checkpoint" if path.is_dir() else "episode", path)
            problem = answer["problem"]
            return Findings(
                None if problem is None else str(problem)[:2000],
                bool(answer["damaged"]),
                tuple(str(flaw)[:200] for flaw in answer["flaws"])[:20],
            )
        except (ChildEndedError, KeyError, TypeError) as error:
            return Findings(_damaged(path, error), damaged=True)

    def _answer(self, kind: str, path: Path) -> dict[str, Any]:
        """The child's answer; without one it is ended, and the next file starts another."""
        patience = self.patience + size_of(path) / SLOWEST
        if self._child is None or kind == "checkpoint":  # which loads torch at its first
            patience += _START
        self._child = self._child or Child(COMMAND)
        try:
            self._child.ask({"kind": kind, "path": str(path)})
            return self._child.receive(patience)[0]
        except ChildEndedError:
            self.close()
            raise

    def close(self) -> None:
        """End the child; the next file starts another."""
        if self._child is not None:
            self._child.close()
            self._child = None


def _damaged(path: Path, error: Exception) -> str:
    ended = isinstance(error, ChildEndedError)
    ending = str(error) if ended else "made its reader answer nonsense"
    return f"{path} is damaged: it {ending}; restore it from a copy or delete it"

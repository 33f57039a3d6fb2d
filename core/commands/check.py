"""`python -m core check`: read every recording and checkpoint, say what is wrong, and mend it."""

import sys
from dataclasses import dataclass
from pathlib import Path

import tyro

from core.commands.program import FAILURE, SUCCESS
from core.data import Checked, Problem, check


@dataclass(frozen=True)
class Check:
    """Read every recording and checkpoint under a folder completely and report what is wrong.

    Each is opened in a process of its own first, so that no file can end the program. Problems go
    to standard output, one line each; the exit code is 1 if any is left, and 0 if there are none
    or all were repaired. A repair never touches a good file: what was killed on the way is brought
    to its end, temporary files are deleted, the index is made again, what follows from the data is
    written again (undo brings the old file back), and what can no longer be read is moved to
    the folder `damaged`.

    Example: python -m core check recordings/mine --repair
    """

    folder: tyro.conf.Positional[Path]
    """A workspace, a folder of episodes or checkpoints, a checkpoint, or one recording."""
    repair: bool = False
    """Mend what can be mended."""

    def run(self) -> int:
        """Run the command; returns the exit code."""
        found = check(self.folder, repair=self.repair)
        for problem in found.problems:
            sys.stdout.write(f"{_line(problem, self.repair)}\n")
        sys.stdout.flush()
        sys.stderr.write(f"{_verdict(found)}\n")
        return SUCCESS if all(problem.repaired for problem in found.problems) else FAILURE


def _line(problem: Problem, repair: bool) -> str:
    text = " ".join(problem.text.split())
    if problem.repaired:
        return f"{text} [repaired: {problem.remedy}]"
    if problem.remedy and not repair:
        return f"{text} [--repair would {problem.remedy}]"
    return text


def _verdict(found: Checked) -> str:
    read = _count(found.recordings, "recording")
    if found.checkpoints:
        read += f" and {_count(found.checkpoints, 'checkpoint')}"
    if not found.problems:
        return f"{read} read, all good"
    repaired = sum(problem.repaired for problem in found.problems)
    done = f", {repaired} repaired" if repaired else ""
    return f"{read} read, {_count(len(found.problems), 'problem')}{done}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

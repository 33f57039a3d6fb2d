"""`python -m core check`: read every recording and say what is wrong."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tyro

from core.commands.options import parse
from core.commands.program import FAILURE, SUCCESS
from core.recording import check, list_episodes


@dataclass(frozen=True)
class Check:
    """Read every recording under a folder completely and report what is wrong.

    Problems go to standard output, one line each; the exit code is then 1.

    Example: python -m core check recordings/mine
    """

    folder: tyro.conf.Positional[Path]
    """A workspace, a folder of episodes, or one file."""


def run(arguments: Sequence[str]) -> int:
    """Run the command; returns the exit code."""
    options = parse(Check, "check", arguments)
    problems = check(options.folder)
    for problem in problems:
        sys.stdout.write(f"{problem.text}\n")
    sys.stdout.flush()
    count = len(list_episodes(options.folder))
    verdict = f"{len(problems)} problems" if problems else "all good"
    sys.stderr.write(f"{count} recordings read, {verdict}\n")
    return FAILURE if problems else SUCCESS

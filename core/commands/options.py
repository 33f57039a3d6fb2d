"""Options of a command from the fields of a dataclass."""

from collections.abc import Sequence
from typing import TypeVar

import tyro

from core.commands.program import PROGRAM

T = TypeVar("T")


def parse(kind: type[T], command: str, arguments: Sequence[str], default: T | None = None) -> T:
    """Build `kind` from the arguments; wrong usage leaves through SystemExit(2)."""
    return tyro.cli(kind, prog=f"{PROGRAM} {command}", args=list(arguments), default=default)

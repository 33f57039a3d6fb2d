"""Options of a command from the fields of a dataclass."""

from collections.abc import Sequence
from typing import TypeVar

import tyro

from core.commands.program import PROGRAM, UsageError
from core.errors import UnknownNameError

T = TypeVar("T")


def parse(kind: type[T], command: str, arguments: Sequence[str], default: T | None = None) -> T:
    """Build `kind` from the arguments; wrong usage leaves through SystemExit(2)."""
    prog = f"{PROGRAM} {command}"
    if default is None:
        return tyro.cli(kind, prog=prog, args=list(arguments))
    return tyro.cli(kind, prog=prog, args=list(arguments), default=default)


def value_of(option: str, arguments: Sequence[str]) -> str | None:
    """What is given for `option` ("--name value" or "--name=value"); None if it is not there."""
    for place, argument in enumerate(arguments):
        if argument == option and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith(option + "="):
            return argument.partition("=")[2]
    return None


def require_mode(name: str) -> None:
    """Refuse a mode that does not exist as wrong usage. Imports torch: not for `--help`."""
    from core.policies import MODES

    try:
        MODES[name]
    except UnknownNameError as error:
        raise UsageError(str(error)) from None

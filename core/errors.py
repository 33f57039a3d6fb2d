"""The root of the errors that a person reads as a sentence."""

from pathlib import Path


class StudioError(Exception):
    """Root of everything that the program raises on purpose; its text says what to do.

    An error of any other type is a fault of the program.
    """

    __str__ = Exception.__str__  # KeyError would print the message in quotes

    def __init__(self, message: str = "", path: Path | str | None = None) -> None:
        """`path`: the file or folder that the error is about."""
        super().__init__(message)
        self.path = None if path is None else Path(path)


class UnknownNameError(StudioError, KeyError, ValueError):
    """A name that does not exist, such as that of a task or a mode; lists those that do."""

    def __init__(self, kind: str, name: object, names: tuple[str, ...]) -> None:
        self.kind, self.name, self.names = kind, name, names
        super().__init__(f"unknown {kind} '{name}'; {_plural(kind)}: {', '.join(names)}")


def _plural(kind: str) -> str:
    return kind[:-1] + "ies" if kind.endswith("y") else kind + "s"

"""What can go wrong with a benchmark."""

from collections.abc import Iterable


class BenchmarkError(Exception):
    """Root of everything that :mod:`core.benchmark` raises; its text says what to do."""


class UnknownNameError(BenchmarkError, ValueError):
    """A method, regime, task or table that does not exist."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.name = name
        self.known = tuple(known)
        super().__init__(f"unknown {kind} {name!r}; {kind}s: {', '.join(self.known)}")


class ScopeError(BenchmarkError, ValueError):
    """A benchmark of a size that makes no sense, such as of one demonstration."""


class DamagedResultError(BenchmarkError, ValueError):
    """A result file that cannot be read."""

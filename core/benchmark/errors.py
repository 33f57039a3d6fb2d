"""What can go wrong with a benchmark."""

from core import registry


class BenchmarkError(Exception):
    """Root of everything that :mod:`core.benchmark` raises; its text says what to do."""


class UnknownNameError(BenchmarkError, registry.UnknownNameError):
    """A method, regime or table that does not exist; lists those that do."""


class ScopeError(BenchmarkError, ValueError):
    """A benchmark of a size that makes no sense, such as of one demonstration."""


class DamagedResultError(BenchmarkError, ValueError):
    """A result file that cannot be read."""

"""What can go wrong with a benchmark."""

from core.errors import StudioError


class BenchmarkError(StudioError):
    """Root of everything that :mod:`core.benchmark` raises."""


class ScopeError(BenchmarkError, ValueError):
    """A benchmark of a size that makes no sense, such as of one demonstration."""


class DamagedResultError(BenchmarkError, ValueError):
    """A result file that cannot be read."""

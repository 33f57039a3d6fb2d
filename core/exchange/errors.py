"""What can go wrong when data goes to other programs or comes from them."""

from pathlib import Path


class ExchangeError(Exception):
    """Root of what :mod:`core.exchange` raises; its text says what to do."""

    def __init__(self, message: str, path: Path | str | None = None) -> None:
        super().__init__(message)
        self.path = None if path is None else Path(path)


class UnusableSourceError(ExchangeError, ValueError):
    """Data of another program that cannot become episodes."""


class TargetError(ExchangeError):
    """A place that cannot be written to, or where something lies already."""


class NotExportableError(ExchangeError, ValueError):
    """Episodes that the other program's format cannot hold."""


class DrawingError(ExchangeError, ValueError):
    """Episodes of which no picture can be drawn."""

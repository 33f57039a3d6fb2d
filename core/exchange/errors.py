"""What can go wrong when data goes to other programs or comes from them."""

from core.errors import StudioError


class ExchangeError(StudioError):
    """Root of what :mod:`core.exchange` raises."""


class UnusableSourceError(ExchangeError, ValueError):
    """Data of another program that cannot become episodes."""


class TargetError(ExchangeError):
    """A place that cannot be written to, or where something lies already."""


class NotExportableError(ExchangeError, ValueError):
    """Episodes that the other program's format cannot hold."""


class DrawingError(ExchangeError, ValueError):
    """Episodes of which no picture can be drawn."""

"""Data to and from other programs: robomimic, LeRobot, pictures and videos.

The formats are imported from their own packages, :mod:`core.exchange.robomimic` and
:mod:`core.exchange.lerobot`, so that one does not wait for the other's libraries.
"""

from core.exchange.choice import Chosen, choose_episodes
from core.exchange.errors import (
    DrawingError,
    ExchangeError,
    NotExportableError,
    TargetError,
    UnusableSourceError,
)
from core.exchange.importing import Imported, import_episodes, same_data
from core.exchange.limited import LimitedSource

__all__ = [
    "Chosen",
    "DrawingError",
    "ExchangeError",
    "Imported",
    "LimitedSource",
    "NotExportableError",
    "TargetError",
    "UnusableSourceError",
    "choose_episodes",
    "import_episodes",
    "same_data",
]

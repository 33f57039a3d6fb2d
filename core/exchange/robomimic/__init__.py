"""robomimic's HDF5 files."""

from core.exchange.robomimic.reading import RobomimicSource
from core.exchange.robomimic.writing import export_robomimic

__all__ = ["RobomimicSource", "export_robomimic"]

"""LeRobot's dataset format 3.0."""

from core.exchange.lerobot.reading import LeRobotSource
from core.exchange.lerobot.writing import export_lerobot

__all__ = ["LeRobotSource", "export_lerobot"]

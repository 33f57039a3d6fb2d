"""A scripted operator with a person's faults, who drives by the same sticks as a person."""

from core.simulation.operator.demonstration import Demonstration, demonstrate
from core.simulation.operator.demonstrator import Demonstrator

__all__ = ["Demonstration", "Demonstrator", "demonstrate"]

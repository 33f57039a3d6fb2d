"""Disturbances of what the sensors measure."""

from core.simulation.disturbances.disturbance import (
    Draws,
    Frame,
    OffsetDisturbance,
    SensorDisturbance,
)


class Noise(SensorDisturbance):
    """Gaussian noise, independent at every control step."""

    def measure(self, frame: Frame, strength: float, draws: Draws, step: int) -> Frame:
        """A noisy copy of `frame`."""
        return draws.gaussian(frame, strength, step)


class Bias(OffsetDisturbance):
    """An offset that stays for the whole episode."""

    def change(
        self, offset: Frame, strength: float, draws: Draws, step: int, begins: bool
    ) -> Frame:
        """The offset, drawn when it begins."""
        del step  # the same offset whenever it begins
        return draws.gaussian(offset, strength, 0, "bias ") if begins else offset


class Drift(OffsetDisturbance):
    """An offset that walks at random from 0: after t control steps its standard deviation is
    strength * sqrt(t)."""

    def change(
        self, offset: Frame, strength: float, draws: Draws, step: int, begins: bool
    ) -> Frame:
        """The offset after another step of the walk."""
        return offset if begins else draws.gaussian(offset, strength, step, "drift ")

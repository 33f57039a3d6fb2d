"""Disturbances of what the sensors measure."""

from __future__ import annotations

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


NOISE = Noise(
    name="noise",
    title="Noise",
    unit="σ",
    sentence="Gaussian noise, independent at every control step",
    example=0.3,
    largest=1.0,
)
BIAS = Bias(
    name="bias",
    title="Constant offset",
    unit="σ",
    sentence="An offset of each sensor that stays for the whole episode",
    example=0.3,
    largest=2.0,
)
DRIFT = Drift(
    name="drift",
    title="Drifting offset",
    unit="σ/√step",
    sentence="An offset of each sensor that walks at random from 0",
    example=0.03,
    largest=0.3,
)

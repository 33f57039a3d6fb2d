"""A disturbance: sensors that round what they measure."""

import numpy as np

from core.simulation.disturbances import SensorDisturbance


class Rounding(SensorDisturbance):
    """Every feature is rounded to multiples of the strength times its standard deviation."""

    def measure(self, frame, strength, draws, step):
        """A rounded copy of `frame` {field: (n, size)}."""
        rounded = {}
        for name, values in frame.items():
            unit = strength * draws.scales.get(name, np.zeros(values.shape[-1]))
            safe = np.where(unit > 0, unit, 1.0)
            rounded[name] = np.where(unit > 0, np.round(values / safe) * safe, values)
            rounded[name] = rounded[name].astype(np.float32)
        return rounded


ROUNDING = Rounding(
    name="rounding",
    title="Rounding",
    unit="σ",
    sentence="Step to which every feature is rounded",
    example=0.5,
    largest=3.0,
)

"""How one person drives in one episode, drawn from a seed."""

from dataclasses import dataclass, fields

import numpy as np

MAX_DELAY = 4
"""Longest reaction delay [control steps]."""

PHASES = 8
"""Phases for which a pause is drawn; no strategy has more."""

_STREAM = 7
"""Keeps the operator's random numbers apart from those of the start."""


@dataclass
class Traits:
    """Character of the operator in each of n episodes; every array has n rows."""

    speed: np.ndarray
    """Largest stick deflection used (n,)."""
    gain: np.ndarray
    """Deflection per distance still to go (n,) [1/m]."""
    delay: np.ndarray
    """Reaction delay (n,) [control steps]."""
    quickness: np.ndarray
    """Share of the way to the wanted deflection that the thumb goes in a step (n,)."""
    tremor: np.ndarray
    """Standard deviation of the deflection (n,), relative to the deflection."""
    drift: np.ndarray
    """How much of the tremor stays from step to step (n,)."""
    hover: np.ndarray
    """Height above the object at which the hand arrives (n,) [m]."""
    carry: np.ndarray
    """Height above the goal at which an object is carried there (n,) [m]."""
    squeeze: np.ndarray
    """Steps that the trigger takes from open to closed (n,)."""
    dwell: np.ndarray
    """Steps to wait after the fingers touch, to be sure (n,)."""
    aim: np.ndarray
    """Misjudgement of where things are (n, 3) [m]."""
    care: np.ndarray
    """Whether the hand is turned to match the object; a careless operator does not (n,)."""
    pauses: np.ndarray
    """Steps of hesitation before each phase (n, PHASES)."""

    @classmethod
    def empty(cls, count: int) -> "Traits":
        """Rows to be filled by :meth:`redraw`."""
        shapes = {"aim": (count, 3), "pauses": (count, PHASES)}
        return cls(**{field.name: np.zeros(shapes.get(field.name, count)) for field in fields(cls)})

    def redraw(self, row: int, seed: int) -> np.random.Generator:
        """Fill `row` from `seed`; returns the generator, for the tremor of that episode."""
        generator = np.random.default_rng([_STREAM, seed])
        uniform = generator.uniform
        self.speed[row] = uniform(0.55, 1.0)
        self.gain[row] = uniform(6.5, 10.0)
        self.delay[row] = generator.integers(2, MAX_DELAY + 1)
        self.quickness[row] = uniform(0.4, 0.7)
        self.tremor[row] = uniform(0.04, 0.14)
        self.drift[row] = uniform(0.5, 0.85)
        self.hover[row] = uniform(0.06, 0.10)
        self.carry[row] = uniform(0.04, 0.08)
        self.squeeze[row] = uniform(2.0, 5.0)
        self.dwell[row] = generator.integers(2, 7)
        self.aim[row] = generator.normal(0.0, (0.003, 0.003, 0.002))
        self.care[row] = float(uniform() < 0.8)
        hesitates = uniform(size=PHASES) < 0.3
        self.pauses[row] = np.where(hesitates, generator.integers(3, 13, PHASES), 0)
        return generator

"""What a training tells while it runs."""

import time
from dataclasses import dataclass, field

import numpy as np

from core.learning.monitoring.collapse import CollapseMeasures
from core.learning.monitoring.measures import RepresentationMeasures


@dataclass(frozen=True)
class Report:
    """The state of a training at one moment. Immutable; may be passed between threads."""

    step: int
    """Updates done."""
    total_steps: int
    """Updates of all phases."""
    phase: str
    """``representation``, ``head``, ``joint`` or ``observer``."""
    losses: dict[str, float]
    """Each unweighted loss term, mean over the updates since the last report; ``total`` too."""
    learning_rate: float
    """Learning rate of the last update."""
    tau: float
    """Part of the target encoder that the last update kept."""
    steps_per_second: float
    """Speed over the last seconds [1/s]."""
    seconds_left: float
    """Time to the end at this speed [s]."""
    collapse: CollapseMeasures | None
    """Measures of the latent, about once a second."""
    measures: RepresentationMeasures | None = None
    """Probe, action sensitivity and prediction error over some demonstrations, now and then."""
    held_out: dict[str, float] | None = None
    """Loss terms of the policy head on demonstrations that are not trained on, now and then."""
    images: dict[str, np.ndarray] | None = None
    """Images as the encoder is given them, {camera: (n, height, width, 3) uint8}, about once a
    second; empty where it is given none."""


@dataclass
class Speedometer:
    """Updates per second over the last few seconds, pauses left out."""

    horizon: float = 3.0
    """Time over which the speed is taken [s]."""
    _marks: list[tuple[float, int]] = field(default_factory=list)

    def start(self, step: int) -> None:
        """Begin anew, after a start or a pause."""
        self._marks = [(time.monotonic(), step)]

    def speed(self, step: int) -> float:
        """Updates per second now that `step` updates are done [1/s]."""
        now = time.monotonic()
        self._marks.append((now, step))
        while len(self._marks) > 2 and now - self._marks[0][0] > self.horizon:
            self._marks.pop(0)
        began, first = self._marks[0]
        return (step - first) / max(now - began, 1e-9)

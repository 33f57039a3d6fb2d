"""Disturbances of whether and when a frame arrives."""

import numpy as np

from core.simulation.disturbances.disturbance import ArrivalDisturbance, Draws


class Dropout(ArrivalDisturbance):
    """Frames that never arrive; the policy goes on with the last one."""

    def lost(self, strength: float, draws: Draws, step: int) -> np.ndarray | None:
        """In which simulations no new frame arrives (n,) bool."""
        return draws.uniform("dropout", step) < strength


class Delay(ArrivalDisturbance):
    """Frames that arrive late; until there is one so old, the first one."""

    def age(self, strength: float) -> int:
        """How old the frame is that arrives [control steps]."""
        return int(strength)

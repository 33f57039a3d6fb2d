"""Disturbances of whether and when the images of a camera arrive."""

import numpy as np

from core.simulation.disturbances.disturbance import Draws, ImageArrivalDisturbance


class FrozenImages(ImageArrivalDisturbance):
    """A camera gives its last image again."""

    def missed(self, strength: float, draws: Draws, step: int, camera: str) -> np.ndarray | None:
        """In which simulations a camera gives its last image again (n,) bool."""
        return draws.uniform(f"frozen {camera}", step) < strength


class LostImages(ImageArrivalDisturbance):
    """A camera gives no image. A black one says so, which no camera of a scene gives."""

    black = True

    def missed(self, strength: float, draws: Draws, step: int, camera: str) -> np.ndarray | None:
        """In which simulations a camera gives no image (n,) bool."""
        return draws.uniform(f"lost {camera}", step) < strength


class LateImages(ImageArrivalDisturbance):
    """Images arrive late, and everything else is on time."""

    def age(self, strength: float) -> int:
        """How old the image is that arrives [control steps]."""
        return int(strength)

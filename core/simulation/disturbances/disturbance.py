"""What a disturbance is, and where it may act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.simulation.appearance import Appearance
from core.simulation.errors import ConditionError
from core.simulation.noise import SensorNoise, bits, uniform
from core.simulation.task import Task

if TYPE_CHECKING:
    from core.simulation.world import World

Frame = dict[str, np.ndarray]
"""What is sensed at one control step, {field: (n, size)} float32."""

NO_IMAGES = "policy senses no camera images"
"""Why a policy is not disturbed by what only images show."""

Images = dict[str, np.ndarray]
"""The images of cameras at one control step, {field: (n, height, width, 3)} uint8."""


class Draws:
    """Random numbers of the simulations `seeds`.

    Each is a function of (seed, step) and the name of its stream alone, so that all methods meet
    the same ones. Owns the keys of the noise of each stream.
    """

    def __init__(self, scales: Mapping[str, np.ndarray], seeds: Sequence[int]) -> None:
        """`scales` {field: (size,)}: standard deviation of each feature over the training data."""
        self.seeds = seeds
        self.scales = scales
        """Standard deviation of each feature over the training data {field: (size,)}."""
        self._noises: dict[str, SensorNoise] = {}

    def gaussian(self, frame: Frame, sigma: float, step: int, stream: str = "") -> Frame:
        """A copy of `frame` with Gaussian noise of `sigma` standard deviations of each feature."""
        if stream not in self._noises:
            self._noises[stream] = SensorNoise(self.scales, stream)
        return self._noises[stream].apply(frame, sigma, self.seeds, step)

    def uniform(self, stream: str, step: int) -> np.ndarray:
        """A number in [0, 1) for each simulation (n,)."""
        return uniform(stream, self.seeds, step)

    def bits(self, stream: str, step: int, count: int) -> np.ndarray:
        """Random numbers of 64 bits for each simulation (n, count) uint64."""
        return bits(stream, self.seeds, step, count)


@dataclass(frozen=True)
class Disturbance:
    """One kind of disturbance, as an entry of `core.simulation.DISTURBANCES`.

    Derive from one of the classes below, which say where a disturbance acts. It carries no state:
    what it does is a function of its strength, the seed and the step.
    """

    name: str
    """What the command line and results call it."""
    title: str
    """What people call it."""
    unit: str
    """Unit of its strength."""
    sentence: str
    """What it does."""
    example: float
    """A strength that tells policies apart."""
    largest: float
    """Largest strength that the window offers."""
    limit: float = float("inf")
    """Strengths are 0 (off) or more, and below this."""
    most: float = float("inf")
    """Largest strength that there can be."""
    whole: bool = False
    """Whether strengths are whole numbers."""

    def checked(self, strength: float) -> float:
        """`strength`, whole where it has to be. Raises `ConditionError` out of range."""
        whole = self.whole and float(strength).is_integer()
        within = 0 <= strength < self.limit and strength <= self.most
        if not within or (self.whole and not whole):
            what = f"whole {self.unit}, 0" if self.whole else "0"
            end = "or more" if self.limit == float("inf") else f"to below {self.limit:g}"
            end = end if self.most == float("inf") else f"to {self.most:g}"
            raise ConditionError(f"{self.name} is {strength}; expected {what} {end}")
        return int(strength) if whole else strength

    def lacking(self, task: Task, images: bool = True) -> str | None:  # noqa: ARG002 — most fit all
        """Why a policy for `task` cannot be disturbed so; None if it can.

        `images`: whether it senses camera images.
        """
        return None


class SensorDisturbance(Disturbance):
    """Acts on each frame when it is taken, whatever the frames before were."""

    def measure(self, frame: Frame, strength: float, draws: Draws, step: int) -> Frame:
        """A disturbed copy of `frame`."""
        raise NotImplementedError


class OffsetDisturbance(Disturbance):
    """Acts on the offset of the sensors, which is added to each frame and stays between them."""

    def change(
        self, offset: Frame, strength: float, draws: Draws, step: int, begins: bool
    ) -> Frame:
        """The offset at `step`, given the one before; `begins`: there is none before, all is 0."""
        raise NotImplementedError


class ArrivalDisturbance(Disturbance):
    """Acts on whether and when a frame arrives."""

    def age(self, strength: float) -> int:  # noqa: ARG002 — most do not delay
        """How old the frame is that arrives [control steps]."""
        return 0

    def lost(self, strength: float, draws: Draws, step: int) -> np.ndarray | None:  # noqa: ARG002
        """In which simulations no new frame arrives (n,) bool; None: in none, ever."""
        return None


class SceneDisturbance(Disturbance):
    """Acts on the simulated scene, before a frame of it is taken."""

    def disturb(self, world: World, strength: float, draws: Draws, step: int) -> None:
        """Change `world` before control step `step`."""
        raise NotImplementedError


class SeenDisturbance(Disturbance):
    """Base of those that only images show."""

    def lacking(self, task: Task, images: bool = True) -> str | None:  # noqa: ARG002 — most fit all
        """Why a policy for `task` cannot be disturbed so; None if it can."""
        return None if images else NO_IMAGES


class ImageDisturbance(SeenDisturbance):
    """Acts on each image when it is taken, whatever the images before were."""

    def disturb(self, images: Images, strength: float, draws: Draws, step: int) -> Images:
        """Disturbed copies of `images`, of the same sizes."""
        raise NotImplementedError


class ImageArrivalDisturbance(SeenDisturbance):
    """Acts on whether and when an image of a camera arrives. The policy is not told."""

    black: ClassVar[bool] = False
    """What stands for an image that is missed: a black one, or the last of the camera."""

    def age(self, strength: float) -> int:  # noqa: ARG002 — most do not delay
        """How old the image is that arrives [control steps]."""
        return 0

    def missed(self, strength: float, draws: Draws, step: int, camera: str) -> np.ndarray | None:
        """In which simulations no new image of `camera` arrives (n,) bool; None: in none, ever."""
        del strength, draws, step, camera  # most let all arrive
        return None


class AppearanceDisturbance(SeenDisturbance):
    """Acts on how the scene looks, from the start of an episode to its end."""

    def change(self, looks: Appearance, strength: float, task: Task, seed: int) -> Appearance:
        """`looks`, changed as the start `seed` has it."""
        raise NotImplementedError

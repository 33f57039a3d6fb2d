"""What the cameras of a policy show of a world under a condition."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from core.simulation import DISTURBANCES, Condition, PolicyCameras, World
from core.simulation.disturbances import (
    Draws,
    ImageArrivalDisturbance,
    ImageDisturbance,
    Images,
)


class ImageSensors:
    """The images of all simulations of a world, from the start of an episode on.

    Owns the images taken last, those on their way, and those that each camera gave last. An image
    shows the scene as it looks under the condition. It is disturbed when it is taken and waits as
    long as images are late; the camera may then give its last one instead, or none. Cameras are
    borrowed; they draw on the thread that calls `see`.
    """

    def __init__(
        self, world: World, cameras: PolicyCameras, condition: Condition, draws: Draws
    ) -> None:
        self._world = world
        self._cameras = cameras
        self._draws = draws
        self._taken: Images = {}
        self._given: Images = {}
        self._travelling: deque[Images] = deque(maxlen=1)
        self.condition = condition

    @property
    def condition(self) -> Condition:
        """What disturbs. Another one counts from the next image on."""
        return self._condition

    @condition.setter
    def condition(self, condition: Condition) -> None:
        self._condition = condition
        on = [(DISTURBANCES[name], strength) for name, strength in condition.strengths]
        self._changes = [(d, by) for d, by in on if isinstance(d, ImageDisturbance)]
        self._arrival = [(d, by) for d, by in on if isinstance(d, ImageArrivalDisturbance)]
        age = sum(each.age(strength) for each, strength in self._arrival)
        self._travelling = deque(self._travelling, maxlen=age + 1)
        task, seeds = self._world.task, self._draws.seeds
        self._looks = [condition.appearance(task, seed) for seed in seeds]

    def see(self, step: int, ids: Sequence[int] | None = None) -> Images:
        """The images {field: (n, height, width, 3)} that arrive at control step `step`.

        Only simulations `ids` (all by default) are drawn. To be called at every step from 0 on.
        Raises what :meth:`core.simulation.PolicyCameras.render` raises.
        """
        images = self._taken = self._take(ids)
        for each, strength in self._changes:
            images = each.disturb(images, strength, self._draws, step)
        self._travelling.append(images)
        arriving = self._travelling[0]
        given = {}
        for name, new in arriving.items():
            frozen = self._missed(name, step, black=False)
            before = self._given.get(name, new)  # the first image always arrives
            given[name] = new if frozen is None else np.where(_each(frozen), before, new)
        self._given = given
        return {name: self._blackened(name, image, step) for name, image in given.items()}

    def _take(self, ids: Sequence[int] | None) -> Images:
        """Images of the scene now; those of simulations that are not drawn stay as they were."""
        states = self._world.get_states()
        if ids is None or not self._taken:
            return self._cameras.render(states, self._looks)
        if not len(ids):
            return self._taken
        images = {name: values.copy() for name, values in self._taken.items()}
        drawn = self._cameras.render(states[ids], [self._looks[place] for place in ids])
        for name, values in drawn.items():
            images[name][ids] = values
        return images

    def _blackened(self, name: str, image: np.ndarray, step: int) -> np.ndarray:
        lost = self._missed(name, step, black=True)
        return image if lost is None else np.where(_each(lost), np.uint8(0), image)

    def _missed(self, name: str, step: int, *, black: bool) -> np.ndarray | None:
        """In which simulations no new image arrives (n,) bool; None: in none."""
        found = [
            each.missed(strength, self._draws, step, name)
            for each, strength in self._arrival
            if each.black == black
        ]
        masks = [mask for mask in found if mask is not None]
        return np.any(masks, axis=0) if masks else None


def _each(mask: np.ndarray) -> np.ndarray:
    """`mask` (n,) for images (n, height, width, 3)."""
    return mask[:, None, None, None]

"""What a policy senses of a world under a condition."""

from collections import deque
from collections.abc import Mapping, Sequence

import numpy as np

from core.rollout.images import ImageSensors
from core.simulation import DISTURBANCES, Condition, PolicyCameras, World
from core.simulation.disturbances import (
    ArrivalDisturbance,
    Draws,
    Frame,
    OffsetDisturbance,
    SceneDisturbance,
    SensorDisturbance,
)


class Sensors:
    """The sensors of all simulations of a world, from the start of an episode on.

    Owns the offset of the sensors, the frames on their way and the frame received last. A frame is
    disturbed when it is taken, waits as long as frames are delayed, and may then be lost. Cameras
    are borrowed; they draw on the thread that calls `sense`.
    """

    def __init__(
        self,
        world: World,
        condition: Condition,
        scales: Mapping[str, np.ndarray],
        seeds: Sequence[int],
        cameras: PolicyCameras | None = None,
    ) -> None:
        """`scales` {field: (size,)}: standard deviation of each feature over the training data,
        the unit of noise. `seeds` (n,): of the starts, which decide all random numbers. `cameras`:
        of the images that the policy senses."""
        self._world = world
        self._draws = Draws(scales, seeds)
        self._images = (
            None if cameras is None else ImageSensors(world, cameras, condition, self._draws)
        )
        self._received: Frame = {}
        self._travelling: deque[Frame] = deque(maxlen=1)
        self.condition = condition

    @property
    def condition(self) -> Condition:
        """What disturbs. Another one counts from the next frame on; the offset begins anew then."""
        return self._condition

    @condition.setter
    def condition(self, condition: Condition) -> None:
        self._condition = condition
        on = [(DISTURBANCES[name], strength) for name, strength in condition.strengths]
        self._scene = [(d, by) for d, by in on if isinstance(d, SceneDisturbance)]
        self._measured = [(d, by) for d, by in on if isinstance(d, SensorDisturbance)]
        self._offsets = [(d, by) for d, by in on if isinstance(d, OffsetDisturbance)]
        self._arrival = [(d, by) for d, by in on if isinstance(d, ArrivalDisturbance)]
        self._travelling = deque(self._travelling, maxlen=self.age + 1)
        self._offset: Frame = {}
        if self._images is not None and self._images.condition != condition:
            self._images.condition = condition

    @property
    def age(self) -> int:
        """How old the frame is that arrives [control steps]."""
        return sum(each.age(strength) for each, strength in self._arrival)

    @property
    def received(self) -> Frame:
        """The frame received last {field: (n, *shape)}, disturbed; empty before the first."""
        return self._received

    def look(self, step: int) -> Frame:
        """The truth at control step `step`, after the scene was disturbed; to be called once."""
        for each, strength in self._scene:
            each.disturb(self._world, strength, self._draws, step)
        return self._world.observe()

    def sense(
        self, truth: Frame, step: int, ids: Sequence[int] | None = None
    ) -> tuple[Frame, np.ndarray | None]:
        """The frame {field: (n, *shape)} that the policy holds at control step `step`.

        Also returns in which simulations it is an old one, since none arrived (n,) bool; None
        where frames are never lost. Only simulations `ids` (all by default) are drawn; images of
        the others stay as they were. To be called at every step from 0 on.

        Raises what :meth:`core.simulation.PolicyCameras.render` raises.
        """
        images = {} if self._images is None else self._images.see(step, ids)
        self._travelling.append({**self._measure(truth, step), **images})
        arriving, missing = self._travelling[0], self._lost(step)
        if missing is not None and self._received:
            arriving = {
                name: np.where(_like(missing, values), self._received[name], values)
                for name, values in arriving.items()
            }
        elif missing is not None:
            missing[:] = False  # the first frame always arrives
        self._received = arriving
        return arriving, missing

    def _measure(self, truth: Frame, step: int) -> Frame:
        """The truth as it is measured."""
        frame = truth
        for each, strength in self._measured:
            frame = each.measure(frame, strength, self._draws, step)
        if not self._offsets:
            return frame
        begins = not self._offset
        offset = self._offset or {name: np.zeros_like(values) for name, values in frame.items()}
        for other, strength in self._offsets:
            offset = other.change(offset, strength, self._draws, step, begins)
        self._offset = offset
        return {name: values + offset[name] for name, values in frame.items()}

    def _lost(self, step: int) -> np.ndarray | None:
        found = [each.lost(strength, self._draws, step) for each, strength in self._arrival]
        masks = [mask for mask in found if mask is not None]
        return np.any(masks, axis=0) if masks else None


def _like(mask: np.ndarray, values: np.ndarray) -> np.ndarray:
    """`mask` (n,) with as many dimensions as `values` (n, *shape)."""
    return mask.reshape(-1, *(1,) * (values.ndim - 1))

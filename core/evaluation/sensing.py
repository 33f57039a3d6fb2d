"""What a policy senses of the truth under a condition, and what is moved on the way."""

from collections import deque
from collections.abc import Mapping

import numpy as np

from core.evaluation.conditions import Condition
from core.simulation import SensorNoise, World, uniform
from core.simulation.task import REACHABLE_BOX

DISPLACEMENT_STEP = 40
"""Control step before which object or goal are displaced (2 s)."""
_DIRECTIONS = 64
"""Directions that are tried for a displacement that stays within reach."""
_GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))

Frame = dict[str, np.ndarray]


class Sensing:
    """The sensors of the simulations `seeds` of one rollout under a condition.

    Owns their offsets, the frames on their way and the frames received last. A frame is disturbed
    when it is taken, waits `delay` control steps, and may then be lost.
    """

    def __init__(
        self, scales: Mapping[str, np.ndarray], condition: Condition, seeds: range
    ) -> None:
        """`scales` {field: (size,)}: standard deviation of each feature over the training data."""
        self._condition = condition
        self._seeds = seeds
        self._noise = SensorNoise(scales)
        self._bias = SensorNoise(scales, "bias ")
        self._drift = SensorNoise(scales, "drift ")
        self._offset: Frame = {}
        self._travelling: deque[Frame] = deque(maxlen=condition.delay + 1)
        self._received: Frame = {}

    def sense(self, truth: Mapping[str, np.ndarray], step: int) -> tuple[Frame, np.ndarray | None]:
        """The frame (n, size) by field that the policy holds at control step `step`.

        Also returns in which simulations it is an old one, since none arrived (n,) bool; None
        where frames are never lost. To be called at every step from 0 on.
        """
        self._travelling.append(self._measured(truth, step))
        arriving = self._travelling[0]
        dropout = self._condition.dropout
        if not dropout:
            return arriving, None
        missing = uniform("dropout", self._seeds, step) < dropout
        if step == 0:
            missing[:] = False
        else:
            arriving = {
                name: np.where(missing[:, None], self._received[name], values)
                for name, values in arriving.items()
            }
        self._received = arriving
        return arriving, missing

    def _measured(self, truth: Mapping[str, np.ndarray], step: int) -> Frame:
        """The truth with noise, bias and drift."""
        condition, seeds = self._condition, self._seeds
        frame = self._noise.apply(truth, condition.noise, seeds, step)
        if not condition.bias and not condition.drift:
            return frame
        if step == 0:
            zero = {name: np.zeros_like(values) for name, values in frame.items()}
            self._offset = self._bias.apply(zero, condition.bias, seeds, 0)
        else:
            self._offset = self._drift.apply(self._offset, condition.drift, seeds, step)
        return {name: values + self._offset[name] for name, values in frame.items()}


def displace(world: World, condition: Condition, seeds: range) -> None:
    """Displace objects and goals as `condition` says, each in the direction of its seed.

    A direction that leads out of :data:`core.simulation.task.REACHABLE_BOX` gives way to the next
    of a fixed sequence; where none is left, the displacement is cut short at the box.
    """
    truth = world.observe()
    offsets = {
        name: _offsets(truth[f"{name}_position"][:, :2].astype(np.float64), by, name, seeds)
        for name, by in (
            ("object", condition.displace_object),
            ("goal", condition.displace_goal),
        )
        if by
    }
    if offsets:
        world.displace(offsets.get("object"), offsets.get("goal"))


def _offsets(places: np.ndarray, by: float, name: str, seeds: range) -> np.ndarray:
    """Offsets (n, 3) [m] of length `by` that keep `places` (n, 2) within reach."""
    angle = 2.0 * np.pi * uniform(f"displace {name}", seeds, DISPLACEMENT_STEP)  # (n,)
    angles = angle[:, None] + _GOLDEN_ANGLE * np.arange(_DIRECTIONS)  # (n, directions)
    ways = by * np.stack((np.cos(angles), np.sin(angles)), axis=-1)  # (n, directions, 2)
    low, high = np.array(REACHABLE_BOX.low[:2]), np.array(REACHABLE_BOX.high[:2])
    ends = places[:, None] + ways
    inside = np.all((ends >= low) & (ends <= high), axis=-1)  # (n, directions)
    first = inside.argmax(axis=1)  # 0 where none is inside
    end = ends[np.arange(len(places)), first]
    lost = ~inside[np.arange(len(places)), first]
    end[lost] = np.clip(end[lost], low, high)
    offsets = np.zeros((len(places), 3))
    offsets[:, :2] = end - places
    return offsets

"""Things that are displaced while a policy is at work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.simulation.disturbances.disturbance import Draws, SceneDisturbance
from core.simulation.task import REACHABLE_BOX, Task

if TYPE_CHECKING:
    from core.simulation.world import World

DISPLACEMENT_STEP = 40
"""Control step before which things are displaced (2 s)."""
_DIRECTIONS = 64
"""Directions that are tried for a displacement that stays within reach."""
_GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))


@dataclass(frozen=True)
class Displacement(SceneDisturbance):
    """Displaces the object or the goal once, each simulation's in the direction of its seed.

    A direction that leads out of :data:`core.simulation.task.REACHABLE_BOX` gives way to the next
    of a fixed sequence. Where none is left, the displacement is cut short at the box.
    """

    what: str = "object"
    """What is displaced: object or goal."""

    def lacking(self, task: Task, images: bool = True) -> str | None:  # noqa: ARG002 — either way
        """Why a policy for `task` cannot be disturbed so; None if it can."""
        if getattr(task, f"has_{self.what}"):
            return None
        return f"task {task.name!r} has no {self.what} to displace"

    def disturb(self, world: World, strength: float, draws: Draws, step: int) -> None:
        """Displace before control step `DISPLACEMENT_STEP`."""
        if step == DISPLACEMENT_STEP:
            places = world.observe()[f"{self.what}_position"][:, :2].astype(np.float64)
            by = _offsets(places, strength, draws.uniform(f"displace {self.what}", step))
            world.displace(**{f"{self.what}_by": by})


def _offsets(places: np.ndarray, by: float, directions: np.ndarray) -> np.ndarray:
    """Offsets (n, 3) [m] of length `by` that keep `places` (n, 2) within reach.

    `directions` (n,) in [0, 1): the directions tried first, in turns.
    """
    angle = 2.0 * np.pi * directions  # (n,)
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

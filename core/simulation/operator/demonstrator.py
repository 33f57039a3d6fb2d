"""The operator at the sticks, who sees late, moves smoothly, trembles and hesitates."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from core.simulation.command import COMMAND_SIZE
from core.simulation.errors import DemonstrationError
from core.simulation.strategy import OPEN, Seen
from core.simulation.task import Task
from core.simulation.traits import MAX_DELAY, Traits

TREMOR_STEPS = 400
"""Length of an episode's tremor, which then repeats [control steps]."""

REST = 0.05
"""Deflection below which a thumb rests in the middle of the stick."""

TURN_GAIN = 2.5
"""Deflection per turn still wanted [1/rad]."""


class Scene(Protocol):
    """What the operator looks at: a `World`, or anything that shows as much of one."""

    task: Task
    count: int

    def observe(self) -> dict[str, np.ndarray]:
        """The task's fields {name: (N, size)}; only poses are looked at."""

    def grasped(self) -> np.ndarray:
        """Whether both fingers touch the object (N,) bool."""

    def succeeded(self) -> np.ndarray:
        """Whether the task is solved (N,) bool."""


class Demonstrator:
    """Drives each simulation of `world` as a person would, N at once.

    Owns the operator's state: what was seen in the last steps, the thumbs, the phase. The commands
    of simulation i depend on its own seed and course only. The commands are faulty on
    purpose: learning has to cope with demonstrations as people give them.

    Raises :class:`DemonstrationError` for a task without a strategy.
    """

    def __init__(self, world: Scene, seeds: Sequence[int]) -> None:
        self._world = world
        count = world.count
        if world.task.strategy is None:
            raise DemonstrationError(
                f"the task {world.task.name!r} has no scripted operator; record demonstrations by "
                "hand, or give the task a strategy"
            )
        self._strategy = world.task.strategy
        self._traits = Traits.empty(count)
        self._tremor = np.zeros((count, TREMOR_STEPS, 4))
        self._sticks = np.zeros((count, 4))
        self._shake = np.zeros((count, 4))
        self._trigger = np.zeros(count)
        self._phase = np.zeros(count, dtype=int)
        self._elapsed = np.zeros(count)
        self._step = np.zeros(count, dtype=int)
        self._past: list[np.ndarray] = []
        self._rows = np.arange(count)
        self.reset(seeds)

    def reset(self, seeds: Sequence[int], ids: Sequence[int] | None = None) -> None:
        """Another person takes the sticks of simulations `ids` (all by default)."""
        rows = self._rows if ids is None else np.asarray(ids)
        if len(seeds) != len(rows):
            raise ValueError(f"{len(seeds)} seeds for {len(rows)} simulations; expected one each")
        for row, seed in zip(rows, seeds, strict=True):
            generator = self._traits.redraw(int(row), int(seed))
            self._tremor[row] = generator.standard_normal((TREMOR_STEPS, 4))
        for values in (self._sticks, self._shake, self._phase, self._elapsed, self._step):
            values[rows] = 0
        self._trigger[rows] = OPEN
        now = self._look()
        if not self._past:
            self._past = [now.copy() for _ in range(MAX_DELAY + 1)]
        for past in self._past:
            past[rows] = now[rows]

    def act(self) -> np.ndarray:
        """Commands (N, 7) float32 for the next control step."""
        traits, rows = self._traits, self._rows
        self._past = [self._look(), *self._past[:-1]]
        past = np.stack(self._past)  # (MAX_DELAY + 1, N, k)
        intent = self._strategy.intend(
            _seen(past[traits.delay.astype(int), rows]), self._elapsed, traits
        )
        phase = self._phase
        hesitates = self._elapsed < traits.pauses[rows, phase]

        wish = np.zeros((len(rows), 4))
        wish[:, :3] = intent.way[phase, rows] * traits.gain[:, None]
        fast = np.sqrt(wish[:, 0] ** 2 + wish[:, 1] ** 2 + wish[:, 2] ** 2)
        limit = traits.speed * intent.speed[phase, rows]
        wish[:, :3] *= (limit / np.maximum(fast, limit))[:, None]
        wish[:, 3] = np.clip(TURN_GAIN * intent.turn[phase, rows], -0.6, 0.6)
        wish[hesitates] = 0.0
        self._move_thumbs(wish)

        # the trigger goes all the way at its own pace, once the hesitation is over
        gripper = np.where(hesitates, self._trigger, intent.gripper[phase, rows])
        reach = 2.0 / traits.squeeze
        self._trigger += np.clip(gripper - self._trigger, -reach, reach)

        then = intent.then[phase, rows]
        moves_on = (then != phase) & ~hesitates
        self._phase = np.where(moves_on, then, phase)
        self._elapsed = np.where(moves_on, 0.0, self._elapsed + 1.0)
        self._step += 1

        commands = np.zeros((len(rows), COMMAND_SIZE), dtype=np.float32)
        resting = np.abs(self._sticks) < REST
        sticks = np.clip(np.where(resting, 0.0, self._sticks), -1.0, 1.0)
        commands[:, :3] = sticks[:, :3]
        commands[:, 5] = sticks[:, 3]
        commands[:, 6] = self._trigger
        return commands

    def _move_thumbs(self, wish: np.ndarray) -> None:
        """Bring the sticks (N, 4) a step nearer to `wish`, with tremor in proportion."""
        traits = self._traits
        fresh = self._tremor[self._rows, self._step % TREMOR_STEPS]
        keep = traits.drift[:, None]
        self._shake = keep * self._shake + np.sqrt(1.0 - keep * keep) * fresh
        size = traits.tremor[:, None] * (0.1 + 2.0 * np.abs(self._sticks)) * (wish != 0.0)
        self._sticks = self._sticks + traits.quickness[:, None] * (
            wish + size * self._shake - self._sticks
        )

    def _look(self) -> np.ndarray:
        """What there is to see (N, 12): one row per simulation, so that it can be kept."""
        task, world = self._world.task, self._world
        now = world.observe()
        sight = np.zeros((world.count, 12))
        sight[:, :3] = now["end_effector_position"]
        sight[:, 3] = _heading(now["end_effector_rotation"])
        if task.has_object:
            sight[:, 4:7] = now["object_position"]
            sight[:, 7] = _heading(now["object_rotation"])
        if task.has_goal:
            sight[:, 8:11] = now["goal_position"]
        sight[:, 11] = world.grasped()
        return sight


def _seen(sight: np.ndarray) -> Seen:
    """Names for the columns of a sight (n, 12)."""
    return Seen(
        end_effector=sight[:, :3],
        yaw=sight[:, 3],
        object=sight[:, 4:7],
        object_yaw=sight[:, 7],
        goal=sight[:, 8:11],
        grasped=sight[:, 11] > 0.0,
    )


def _heading(columns: np.ndarray) -> np.ndarray:
    """Heading [rad] of the x axis of rotations (n, 6) given by their first two columns."""
    return np.arctan2(columns[:, 1], columns[:, 0]).astype(np.float64)

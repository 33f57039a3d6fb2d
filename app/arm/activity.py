"""What the simulated arm is doing: one class per activity, each with a world of its own.

An activity lives on the simulation thread. It is asked for a command before every control step, and
`stepped` is called after it. Everything it sends to the window goes through its `Outbox`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.arm.messages import OperatorCommand, Take, TrialResult
from app.arm.pace import RateMeter
from app.scene.content import View
from core.simulation import CONTROL_RATE, Appearance, Condition, World

GRIPPER_SPEED = 4.0
"""A trigger held down moves the gripper's target from open to closed in half a second [1/s]."""


@dataclass(frozen=True)
class Outbox:
    """How an activity speaks to the window; to be called on the simulation thread only."""

    take: Callable[[Take], None]
    """A recording has ended and is to be kept."""
    trial: Callable[[TrialResult], None]
    """A policy's trial has ended."""
    event: Callable[[str], None]
    """"grasp", "success", "reset", "discarded": for rumble and notices."""
    fail: Callable[[str, str], None]
    """A sentence and details."""
    condition: Callable[[], Condition]
    """What disturbs a policy at present."""


class GripperTarget:
    """Turns triggers and toggles into the gripper's target in [-1, 1].

    The target lives here and not in the device, so that taking over from a policy or a new
    start never closes a gripper that the person did not close. Whatever else moved the gripper sets
    `value`.
    """

    def __init__(self) -> None:
        self.value = -1.0
        self._toggles = 0

    def move(self, operator: OperatorCommand) -> float:
        """The target after one control step."""
        if (operator.gripper_toggles - self._toggles) % 2:
            self.value = -1.0 if self.value > 0.0 else 1.0
        self._toggles = operator.gripper_toggles
        step = operator.gripper_rate * GRIPPER_SPEED / CONTROL_RATE
        self.value = max(-1.0, min(1.0, self.value + step))
        return self.value


class Activity:
    """Base of the activities. Owns the world of its task, from when a task is chosen."""

    name = ""
    """One of `DRIVE`, `DEPLOY`, `REPLAY`."""
    state = ""
    """See `Tick.state`."""
    world: World
    """The world of `task`; there is none while `task` is empty."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.task = ""
        self.seed: int | None = None
        self.run = 0
        self.gripper = GripperTarget()
        self.meter = RateMeter()
        self.explanation: Any = None
        self.latency: float | None = None
        self.sensed: Mapping[str, np.ndarray] | None = None
        self.driver = ""
        self._judged: dict[str, np.bool_] = {}

    # -- what the thread calls -----------------------------------------------------------------

    def command(self, operator: OperatorCommand) -> np.ndarray | None:
        """The command (1, 7) of the next control step; None if nothing is to move."""
        raise NotImplementedError

    def stepped(self, executed: np.ndarray) -> None:
        """The step is done: `executed` (7,) is what was executed."""

    def handle(self, request: Any) -> None:
        """Do what the window asked for; called between two control steps."""
        raise NotImplementedError

    def leftover(self) -> Take | None:
        """The program closes: what was being recorded, if that is worth keeping."""
        return None

    def close(self) -> None:
        """The thread ends: give back what belongs to it."""

    @property
    def step(self) -> int:
        """See `Tick.step`."""
        return 0

    def view(self) -> View | None:
        """What there is to draw now."""
        if not self.task:
            return None
        snapshot = self.world.snapshot(0)
        return View(self.task, snapshot, self.run, self.explanation, self.appearance())

    def appearance(self) -> Appearance | None:
        """How the scene looks; None: as it was built."""
        return None

    def judge(self) -> None:
        """Report a grasp and success, when they begin."""
        now = {"grasp": self.world.grasped()[0], "success": self.world.succeeded()[0]}
        for event, holds in now.items():
            if holds and not self._judged.get(event):
                self.outbox.event(event)
        self._judged = now

    # -- for the activities --------------------------------------------------------------------

    def select(self, task: str) -> None:
        """Have a world of `task`; raises what `World` raises."""
        if task != self.task:
            self.world = World(task, 1)
            self.task = task

    def restart(self, seed: int) -> None:
        """Begin from the start of `seed`."""
        self.world.reset([seed])
        self.seed = seed
        self.run += 1
        self.gripper.value = -1.0
        self._judged = {}
        self.outbox.event("reset")

    def by_hand(self, operator: OperatorCommand) -> np.ndarray:
        """The person's command (1, 7)."""
        return np.array([(*operator.motion, self.gripper.move(operator))], dtype=np.float32)

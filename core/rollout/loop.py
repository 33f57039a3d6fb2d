"""The one control loop: sense, act, step, record.

Evaluation, videos and the deployment in the window all run it; they differ in who acts, in what
disturbs, and in what is recorded.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.rollout.sensors import Sensors
from core.simulation import World


class Actor(Protocol):
    """Whoever chooses actions; every `core.policies.Policy` is one."""

    def act(
        self, observation: Mapping[str, np.ndarray], missing: np.ndarray | None = None
    ) -> np.ndarray:
        """Commands (n, A) for what is sensed; `missing` (n,): where no new frame arrived."""

    def executed(self, actions: np.ndarray) -> None:
        """What was executed (n, A) instead of what `act` returned last."""


@dataclass(frozen=True)
class Step:
    """One control step of n simulations, for a recorder."""

    observation: dict[str, np.ndarray]
    """The truth before it, {field: (n, size)}."""
    executed: np.ndarray
    """Commands that were executed (n, A)."""
    rewards: np.ndarray
    """Rewards after it (n,)."""
    states: np.ndarray
    """Simulator states before it (n, S)."""
    actor: str
    """Who chose the commands; empty for the rollout's own actor."""


class Rollout:
    """Runs the simulations of a world in closed loop, one control step at a time.

    Owns the count of steps. World, sensors and actor are borrowed, and begin an episode when the
    rollout is made; sensors and actor may be exchanged between two steps. `step` does all of a
    control step. Where the world is stepped elsewhere, or a person may take over, `choose` is the
    first half and `finish` the second.
    """

    def __init__(
        self,
        world: World,
        sensors: Sensors,
        actor: Actor,
        record: Callable[[Step], None] | None = None,
    ) -> None:
        self.world, self.sensors, self.actor = world, sensors, actor
        self.step_count = 0
        self._record = record
        self._truth: dict[str, np.ndarray] = {}
        self._states = self._chosen = np.zeros(0)

    def choose(self, ids: Sequence[int] | None = None) -> np.ndarray:
        """Sense and act; the commands (n, A) of this control step.

        Only simulations `ids` (all by default) are drawn where the policy senses images.
        """
        self._truth = self.sensors.look(self.step_count)
        if self._record is not None:
            self._states = self.world.get_states()
        frame, missing = self.sensors.sense(self._truth, self.step_count, ids)
        lost = {} if missing is None else {"missing": missing}
        self._chosen = self.actor.act(frame, **lost)
        return self._chosen

    def finish(self, executed: np.ndarray, actor: str = "") -> None:
        """The world has made the step: say what was executed (n, A), and by whom, and record it."""
        if not np.array_equal(executed, self._chosen):
            self.actor.executed(executed)
        if self._record is not None:
            rewards = self.world.rewards()
            self._record(Step(self._truth, executed, rewards, self._states, actor))
        self.step_count += 1

    def step(self, ids: Sequence[int] | None = None) -> None:
        """One control step; only the simulations `ids` (all by default) move."""
        self.finish(self.world.step(self.choose(ids), ids))

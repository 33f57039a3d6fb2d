"""A batch of episodes of one mode under one condition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from core.policies import MODES, Policy
from core.rollout.loop import Rollout
from core.rollout.sensors import Sensors
from core.simulation import COMMAND_SIZE, Condition, PolicyCameras, World

CAMERA_GROUP = 25
"""Most simulations that a policy with cameras drives at once. Encoding more images together is not
faster, and a batch of 100 can be drawn in two halves."""


@dataclass(frozen=True)
class _Group:
    """Simulations that share a policy."""

    members: np.ndarray
    """Their places in the world (n,)."""
    slots: np.ndarray
    """Their places in what the policy sees (n,); a seed always has the same one."""
    padded: np.ndarray
    """Simulation shown at each place (size,); unused places repeat the first one."""


class PolicyGroups:
    """Policies of one mode that drive the simulations `seeds` together; an actor.

    A seed always belongs to the same group, at the same place. Groups whose simulations have all
    ended do not think.
    """

    def __init__(self, policies: Sequence[Policy], seeds: range, size: int) -> None:
        """`policies`: as many as `group_count` says. `size`: of a group."""
        self.ended = np.zeros(len(seeds), dtype=np.bool_)
        """Which simulations have ended (n,)."""
        self._pairs = list(zip(_grouped(seeds, size), policies, strict=True))
        self._acting = self._pairs
        for policy in policies:
            policy.reset(size)

    def act(
        self, observation: Mapping[str, np.ndarray], missing: np.ndarray | None = None
    ) -> np.ndarray:
        """Commands (n, 7); zeros for groups that have ended."""
        commands = np.zeros((len(self.ended), COMMAND_SIZE), dtype=np.float32)
        self._acting = [pair for pair in self._pairs if not self.ended[pair[0].members].all()]
        for group, policy in self._acting:
            seen = {name: values[group.padded] for name, values in observation.items()}
            lost = {} if missing is None else {"missing": missing[group.padded]}
            commands[group.members] = policy.act(seen, **lost)[group.slots]
        return commands

    def executed(self, actions: np.ndarray) -> None:
        """What was executed (n, 7) instead of what `act` returned last."""
        for group, policy in self._acting:
            policy.executed(actions[group.padded])


class Batch:
    """Runs the simulations `seeds` under policies until all are solved or the horizon is reached.

    Owns what is known of each episode. World, policies and cameras are borrowed. World and policies
    are reset at the start, and all may be used by another batch afterwards.
    """

    def __init__(
        self,
        world: World,
        policies: Sequence[Policy],
        scales: Mapping[str, np.ndarray],
        condition: Condition,
        seeds: range,
        horizon: int,
        size: int,
        starts: np.ndarray | None = None,
        cameras: PolicyCameras | None = None,
    ) -> None:
        """`policies`: of one mode, as many as `group_count` says. `scales` {field: (size,)}: the
        unit of sensor noise. `size`: simulations that one policy drives, as `group_size` says.
        `starts` (n, state_size): states of the seeds' starts, where they are known already.
        `cameras`: of the images that the policies sense; all steps must be made on one thread."""
        self._world = world
        self._horizon = horizon
        sensors = Sensors(world, condition, scales, seeds, cameras)
        for policy in policies:
            policy.delay = sensors.age  # a policy may know how late its sensors are
        self._policies = PolicyGroups(policies, seeds, size)
        self._solved = self._policies.ended
        self._steps = np.full(len(seeds), horizon)
        if starts is None:
            world.reset(seeds)
        else:
            world.set_states(starts)
        self._rollout = Rollout(world, sensors, self._policies)

    @property
    def step_count(self) -> int:
        """Control steps that have been made."""
        return self._rollout.step_count

    @property
    def finished(self) -> bool:
        """Whether nothing more can change the outcome."""
        return self.step_count >= self._horizon or bool(self._solved.all())

    @property
    def share(self) -> float:
        """How much of the work is done, in [0, 1]."""
        return 1.0 if self.finished else self.step_count / self._horizon

    @property
    def outcomes(self) -> list[bool]:
        """Success of each episode, in the order of the seeds."""
        return [bool(solved) for solved in self._solved]

    @property
    def steps(self) -> list[int]:
        """Control steps each episode took; the horizon where it was not solved."""
        return [int(count) for count in self._steps]

    def step(self) -> None:
        """One control step of all simulations that are not solved yet."""
        # what is solved stays solved; not to move it saves a third of the physics
        self._rollout.step(np.flatnonzero(~self._solved).tolist())
        solved = self._world.succeeded()
        self._steps[solved & ~self._solved] = self.step_count
        self._solved |= solved


def group_size(mode: str, *, images: bool = False) -> int:
    """Simulations that one policy drives at once; `images`: whether it senses any."""
    size = MODES[mode].batch_size
    return min(size, CAMERA_GROUP) if images else size


def group_count(seeds: range, size: int) -> int:
    """Number of policies of groups of `size` that a batch over `seeds` needs."""
    return len(_grouped(seeds, size))


def halves(seeds: range, size: int) -> list[range]:
    """`seeds` cut in two where groups of `size` meet, or left whole if they are one group."""
    first, last = seeds[0] // size, seeds[-1] // size
    if first == last:
        return [seeds]
    cut = size * ((first + last + 1) // 2)
    return [range(seeds[0], cut), range(cut, seeds[-1] + 1)]


def _grouped(seeds: range, size: int) -> list[_Group]:
    """Seeds by the group of `size` that they always belong to."""
    groups = []
    numbers = np.asarray(seeds)
    for number in range(seeds[0] // size, seeds[-1] // size + 1):
        members = np.flatnonzero(numbers // size == number)
        slots = numbers[members] % size
        padded = np.full(size, members[0])
        padded[slots] = members
        groups.append(_Group(members, slots, padded))
    return groups

"""One batch of episodes of one mode under one condition."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.evaluation.conditions import Condition
from core.evaluation.sensing import DISPLACEMENT_STEP, Sensing, displace
from core.policies import MODES, Policy
from core.simulation import COMMAND_SIZE, World


@dataclass(frozen=True)
class _Group:
    """Up to `size` simulations that share a policy object."""

    rows: np.ndarray
    """Their places in the world (n,)."""
    slots: np.ndarray
    """Their places in what the policy sees (n,); a seed always has the same one."""
    padded: np.ndarray
    """World row shown at each place (size,); unused places repeat the first row."""


class Rollout:
    """Runs simulations `seeds` under policies until all are solved or the horizon is reached.

    Owns the bookkeeping of one batch; the world and the policies are borrowed, reset at the
    start, and may be used by another rollout afterwards. `policies` are of one mode, as many
    as :func:`group_count` says.
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
    ) -> None:
        """`scales` {field: (size,)}: the unit of sensor noise, see :class:`SensorNoise`.
        `size`: simulations that one policy drives, the mode's `batch_size`.
        `starts` (N, state_size): states of the seeds' starts, where they are known already."""
        self._world = world
        self._policies = policies
        self._condition = condition
        self._sensing = Sensing(scales, condition, seeds)
        self._seeds = seeds
        self._horizon = horizon
        self._groups = _grouped(seeds, size)
        self._steps = np.full(len(seeds), horizon)
        self._solved = np.zeros(len(seeds), dtype=np.bool_)
        self.step_count = 0
        if starts is None:
            world.reset(seeds)
        else:
            world.set_states(starts)
        for policy in policies:
            policy.reset(size)

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
        """One control step of all simulations: sense, choose, move."""
        if self.step_count == DISPLACEMENT_STEP:
            displace(self._world, self._condition, self._seeds)
        observation, missing = self._sensing.sense(self._world.observe(), self.step_count)
        commands = np.zeros((len(self._seeds), COMMAND_SIZE), dtype=np.float32)
        acting = [
            (group, policy)
            for group, policy in zip(self._groups, self._policies, strict=True)
            if not self._solved[group.rows].all()
        ]
        for group, policy in acting:
            seen = {name: values[group.padded] for name, values in observation.items()}
            lost: dict[str, Any] = {} if missing is None else {"missing": missing[group.padded]}
            commands[group.rows] = policy.act(seen, **lost)[group.slots]
        # what is solved stays solved; not to move it saves a third of the physics
        executed = self._world.step(commands, np.flatnonzero(~self._solved).tolist())
        if not np.array_equal(executed, commands):
            for group, policy in acting:
                policy.executed(executed[group.padded])
        self.step_count += 1
        solved = self._world.succeeded()
        self._steps[solved & ~self._solved] = self.step_count
        self._solved |= solved


def group_count(seeds: range, mode: str) -> int:
    """Number of policies that a rollout over `seeds` needs."""
    return len(_grouped(seeds, MODES[mode].batch_size))


def halves(seeds: range, mode: str) -> list[range]:
    """`seeds` cut in two where groups meet, or left whole if they are one group."""
    size = MODES[mode].batch_size
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
        rows = np.flatnonzero(numbers // size == number)
        slots = numbers[rows] % size
        padded = np.full(size, rows[0])
        padded[slots] = rows
        groups.append(_Group(rows, slots, padded))
    return groups

"""One batch of episodes of one mode at one noise level."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.policies import Policy
from core.simulation import COMMAND_SIZE, SensorNoise, World

GROUP = 25
"""Rows that a policy always sees at once. Matrix products round differently for different
numbers of rows, and through contact a last bit becomes a different episode; with a constant
number, an episode depends on its seed and on nothing that runs beside it."""


@dataclass(frozen=True)
class _Group:
    """Up to `GROUP` simulations that share a policy object."""

    rows: np.ndarray
    """Their places in the world (n,)."""
    slots: np.ndarray
    """Their places in what the policy sees (n,); a seed always has the same one."""
    padded: np.ndarray
    """World row shown at each place (GROUP,); unused places repeat the first row."""


class Rollout:
    """Runs simulations `seeds` under policies until all are solved or the horizon is reached.

    Owns the bookkeeping of one batch; the world and the policies are borrowed, reset at the
    start, and may be used by another rollout afterwards. `policies` has one per group of
    :func:`group_count`.
    """

    def __init__(
        self,
        world: World,
        policies: Sequence[Policy],
        noise: SensorNoise,
        sigma: float,
        seeds: range,
        horizon: int,
    ) -> None:
        self._world = world
        self._policies = policies
        self._noise = noise
        self._sigma = sigma
        self._seeds = seeds
        self._horizon = horizon
        self._groups = _grouped(seeds)
        self._steps = np.full(len(seeds), horizon)
        self._solved = np.zeros(len(seeds), dtype=np.bool_)
        self.step_count = 0
        world.reset(seeds)
        for policy in policies:
            policy.reset(GROUP)

    @property
    def finished(self) -> bool:
        """Whether nothing more can change the outcome."""
        return self.step_count >= self._horizon or bool(self._solved.all())

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
        observation = self._noise.apply(
            self._world.observe(), self._sigma, self._seeds, self.step_count
        )
        commands = np.zeros((len(self._seeds), COMMAND_SIZE), dtype=np.float32)
        acting = [
            (group, policy)
            for group, policy in zip(self._groups, self._policies, strict=True)
            if not self._solved[group.rows].all()
        ]
        for group, policy in acting:
            seen = {name: values[group.padded] for name, values in observation.items()}
            commands[group.rows] = policy.act(seen)[group.slots]
        executed = self._world.step(commands)
        if not np.array_equal(executed, commands):
            for group, policy in acting:
                policy.executed(executed[group.padded])
        self.step_count += 1
        solved = self._world.succeeded()
        self._steps[solved & ~self._solved] = self.step_count
        self._solved |= solved


def group_count(seeds: range) -> int:
    """Number of policies that a rollout over `seeds` needs."""
    return len(_grouped(seeds))


def _grouped(seeds: range) -> list[_Group]:
    """Seeds by the group that they always belong to."""
    groups = []
    numbers = np.asarray(seeds)
    for number in range(seeds[0] // GROUP, seeds[-1] // GROUP + 1):
        rows = np.flatnonzero(numbers // GROUP == number)
        slots = numbers[rows] % GROUP
        padded = np.full(GROUP, rows[0])
        padded[slots] = rows
        groups.append(_Group(rows, slots, padded))
    return groups

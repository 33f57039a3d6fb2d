"""Rollouts of the scripted operator, kept when they succeed."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from core.simulation.command import CONTROL_RATE
from core.simulation.errors import DemonstrationError
from core.simulation.operator.demonstrator import Demonstrator
from core.simulation.world import World

TIME_LIMIT = 15.0
"""An attempt that takes longer is dropped [s]."""

PATIENCE = 50
"""Attempts in a row that may fail before something must be wrong."""


@dataclass(frozen=True)
class Demonstration:
    """One successful rollout of T control steps; row t is from before action t."""

    task: str
    """Name of the task."""
    seed: int
    """Seed of the start and of the operator."""
    observations: dict[str, np.ndarray]
    """{field: (T, size) float32}"""
    actions: np.ndarray
    """Executed commands (T, 7) float32."""
    rewards: np.ndarray
    """1 where the condition for success held after the action (T,) float32."""
    states: np.ndarray
    """Simulator states (T, state_size) float64."""
    attempts: int
    """Attempts made since the one before this was kept, this one included."""

    def __len__(self) -> int:
        """Number of control steps."""
        return len(self.actions)


@dataclass
class _Attempt:
    """Rows of a rollout that is going on."""

    seed: int
    rows: list[tuple[dict[str, np.ndarray], np.ndarray, float, np.ndarray]] = field(
        default_factory=list
    )
    """Observation, action, reward and state of each step."""


def demonstrate(
    task: str, episodes: int, first_seed: int = 0, *, batch: int = 25, threads: int | None = None
) -> Iterator[Demonstration]:
    """Yield `episodes` successful demonstrations of `task`, in the order of their seeds.

    Seeds are tried from `first_seed` on, and failed attempts are dropped, as a recorder would.
    `batch` attempts run at once; what a seed gives does not depend on it. Raises
    :class:`UnknownNameError`, and :class:`DemonstrationError` when nothing succeeds any more.
    """
    if episodes < 1:
        raise ValueError(f"episodes is {episodes}; expected at least 1")
    world = World(task, max(1, min(batch, episodes)), threads=threads)
    rollouts = _Rollouts(world, first_seed)
    kept, wanted, tried = 0, first_seed, 0
    while kept < episodes:
        rollouts.step()
        while kept < episodes and wanted in rollouts.finished:
            attempt = rollouts.finished.pop(wanted)
            wanted += 1
            tried += 1
            if attempt is not None:
                yield _demonstration(task, attempt, tried)
                kept, tried = kept + 1, 0
            elif tried >= PATIENCE:
                raise DemonstrationError(
                    f"{tried} attempts at {task!r} in a row failed (seeds up to {wanted - 1}); "
                    "the scripted operator and the simulation no longer fit together"
                )


class _Rollouts:
    """A batch of attempts; one that ends makes room for the next seed at once."""

    def __init__(self, world: World, first_seed: int) -> None:
        self.finished: dict[int, _Attempt | None] = {}
        self._world = world
        seeds = range(first_seed, first_seed + world.count)
        self._next_seed = first_seed + world.count
        self._attempts = [_Attempt(seed) for seed in seeds]
        world.reset(seeds)
        self._operator = Demonstrator(world, seeds)
        self._limit = round(TIME_LIMIT * CONTROL_RATE)

    def step(self) -> None:
        """One control step of all attempts."""
        world = self._world
        before, states = world.observe(), world.get_states()
        executed = world.step(self._operator.act())
        rewards, succeeded = world.rewards(), world.succeeded()
        ended = []
        for row, attempt in enumerate(self._attempts):
            seen = {name: values[row] for name, values in before.items()}
            attempt.rows.append((seen, executed[row], float(rewards[row]), states[row]))
            if succeeded[row] or len(attempt.rows) >= self._limit:
                self.finished[attempt.seed] = attempt if succeeded[row] else None
                ended.append(row)
        if ended:  # others begin in their places
            seeds = range(self._next_seed, self._next_seed + len(ended))
            self._next_seed += len(ended)
            for row, seed in zip(ended, seeds, strict=True):
                self._attempts[row] = _Attempt(seed)
            world.reset(seeds, ended)
            self._operator.reset(seeds, ended)


def _demonstration(task: str, attempt: _Attempt, attempts: int) -> Demonstration:
    """The rows of `attempt` as arrays."""
    observations, actions, rewards, states = zip(*attempt.rows, strict=True)
    return Demonstration(
        task=task,
        seed=attempt.seed,
        observations={
            name: np.stack([seen[name] for seen in observations]) for name in observations[0]
        },
        actions=np.stack(actions),
        rewards=np.array(rewards, dtype=np.float32),
        states=np.stack(states),
        attempts=attempts,
    )

"""Many paired episodes at once: modes × noise levels × starts."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core import simulation
from core.evaluation.clock import Clock
from core.evaluation.errors import MismatchError, SettingsError
from core.evaluation.results import Progress, Row
from core.evaluation.rollout import Rollout, group_count
from core.policies import MODES, Policy, make_policy

if TYPE_CHECKING:
    from core.learning import Checkpoint

FIRST_SEED = 1_000_000
"""Evaluation starts here; demonstrations use 0…, validation 2,000,000…"""
HORIZON = 200
"""Control steps that an episode may take (10 s)."""
BATCH = 100
"""Simulations that run at once: results of a cell appear this many at a time."""


@dataclass(frozen=True)
class _Plan:
    """What an evaluation will do."""

    checkpoint: "Checkpoint"
    modes: tuple[str, ...]
    noise_levels: tuple[float, ...]
    episodes: int
    first_seed: int
    horizon: int
    batch: int
    options: Mapping[str, Mapping[str, Any]]


def evaluate(
    checkpoint: "Checkpoint",
    modes: Sequence[str],
    noise_levels: Sequence[float],
    episodes: int,
    *,
    first_seed: int = FIRST_SEED,
    horizon: int = HORIZON,
    should_stop: threading.Event | None = None,
    batch: int = BATCH,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> Iterator[Progress]:
    """Roll out every mode at every noise level from the same starts and report as it goes.

    Episode i starts from seed `first_seed + i` and meets noise drawn from that seed and the
    step, whatever runs beside it, so all cells are paired. An episode succeeds when the task's
    condition has held long enough (:meth:`core.simulation.World.succeeded`) within `horizon`
    control steps. Cells advance `batch` episodes at a time in turn, so that every curve appears
    early and its intervals shrink; only whole batches count, since the episodes that end first
    are those that succeed. `options` are keyword arguments of the policies, by mode. After
    `should_stop` is set the generator ends within one control step, keeping whole batches.

    Raises :class:`SettingsError` for settings that make no sense and :class:`MismatchError` for
    a checkpoint that does not fit its task, both at the call.
    """
    plan = _Plan(
        checkpoint,
        _checked_modes(modes),
        _checked_noise(noise_levels),
        episodes,
        first_seed,
        horizon,
        batch,
        options or {},
    )
    for name, value in (("episodes", episodes), ("horizon", horizon), ("batch", batch)):
        if value < 1:
            raise SettingsError(f"{name} is {value}; expected at least 1")
    if first_seed < 0:
        raise SettingsError(f"first seed is {first_seed}; expected 0 or more")
    simulation.get_task(checkpoint.task)
    if abs(checkpoint.control_rate - simulation.CONTROL_RATE) > 1e-6:
        raise MismatchError(
            f"the checkpoint was trained at {checkpoint.control_rate:g} Hz and the simulation runs "
            f"at {simulation.CONTROL_RATE:g} Hz; train on recordings of that rate"
        )
    return _run(plan, should_stop or threading.Event())


def _checked_modes(modes: Sequence[str]) -> tuple[str, ...]:
    unknown = [mode for mode in modes if mode not in MODES]
    if unknown or not modes:
        given = ", ".join(repr(mode) for mode in unknown) or "none"
        raise SettingsError(f"unknown mode {given}; modes: {', '.join(MODES)}")
    return tuple(dict.fromkeys(modes))


def _checked_noise(levels: Sequence[float]) -> tuple[float, ...]:
    wrong = [level for level in levels if not 0 <= level < float("inf")]
    if wrong or not levels:
        given = ", ".join(str(level) for level in wrong) or "none"
        raise SettingsError(f"noise level {given}; expected numbers of 0 or more")
    return tuple(dict.fromkeys(float(level) for level in levels))


def _run(plan: _Plan, stop: threading.Event) -> Iterator[Progress]:
    """The cells in turn, batch by batch."""
    cells = [(mode, noise) for mode in plan.modes for noise in plan.noise_levels]
    batches = [
        range(first, min(first + plan.batch, plan.first_seed + plan.episodes))
        for first in range(plan.first_seed, plan.first_seed + plan.episodes, plan.batch)
    ]
    rows = {cell: Row(plan.checkpoint.task, *cell, plan.first_seed) for cell in cells}
    clock = Clock([(mode, len(seeds)) for seeds in batches for mode, _ in cells])
    noise_source = simulation.SensorNoise(plan.checkpoint.noise_scales())
    policies = {mode: _PolicyPool(plan, mode) for mode in plan.modes}
    world: simulation.World | None = None

    def report(mode: str, noise: float, running: Rollout | None = None) -> Progress:
        return Progress(
            rows=tuple(rows.values()),
            mode=mode,
            noise=noise,
            fraction=clock.fraction,
            seconds_left=clock.seconds_left,
            finished=all(row.episodes == plan.episodes for row in rows.values()),
            running=0 if running is None else len(running.outcomes),
            running_solved=0 if running is None else sum(running.outcomes),
        )

    yield report(*cells[0])
    for seeds in batches:
        if world is None or world.count != len(seeds):
            world = simulation.World(plan.checkpoint.task, len(seeds))
        for mode, noise in cells:
            clock.begin()
            rollout = Rollout(
                world,
                policies[mode].take(group_count(seeds)),
                noise_source,
                noise,
                seeds,
                plan.horizon,
            )
            while not rollout.finished:
                if stop.is_set():
                    return
                rollout.step()
                clock.advance(rollout.step_count / plan.horizon)
                if clock.due():
                    yield report(mode, noise, rollout)
            rows[mode, noise] = rows[mode, noise].extended(rollout.outcomes, rollout.steps)
            clock.end()
            yield report(mode, noise)


class _PolicyPool:
    """Policies of one mode, one per group of simulations, made when first needed."""

    def __init__(self, plan: _Plan, mode: str) -> None:
        self._plan = plan
        self._mode = mode
        self._made: list[Policy] = []

    def take(self, count: int) -> list[Policy]:
        """The first `count` policies; the caller resets them."""
        while len(self._made) < count:
            options = self._plan.options.get(self._mode, {})
            self._made.append(make_policy(self._plan.checkpoint, self._mode, **options))
        return self._made[:count]

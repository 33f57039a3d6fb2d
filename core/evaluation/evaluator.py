"""Many paired episodes at once: modes × conditions × starts."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from core import simulation
from core.evaluation.clock import Clock
from core.evaluation.errors import MismatchError, SettingsError
from core.evaluation.results import Progress, Result
from core.learning import Checkpoint
from core.policies import MODES, require_offered
from core.rollout.runner import BatchRunner, RunningBatch
from core.simulation import DISTURBANCES, Condition
from core.spec import Spec

REPORT_INTERVAL = 0.2
"""Longest time between two reports [s]."""
FIRST_SEED = 1_000_000
"""Evaluation starts here; demonstrations use 0…, validation 2,000,000…"""
HORIZON = 200
"""Control steps that an episode may take (10 s)."""
BATCH = 100
"""Simulations that run at once: results of a cell appear this many at a time."""


def evaluate(
    checkpoint: Checkpoint,
    modes: Sequence[str],
    noise_levels: Sequence[float],
    episodes: int,
    *,
    conditions: Sequence[Condition] = (),
    first_seed: int = FIRST_SEED,
    horizon: int = HORIZON,
    should_stop: threading.Event | None = None,
    batch: int = BATCH,
    threads: int | None = None,
    observer: bool = True,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> Iterator[Progress]:
    """Roll out every mode under every condition from the same starts and report as it goes.

    The conditions are `noise_levels`, short for conditions of nothing but that noise, and
    `conditions`. Episode i starts from seed `first_seed + i` and gets noise drawn from that seed
    and the step, whatever runs at the same time, so all cells are paired. An episode succeeds when
    what the task asks for has held long enough (:meth:`core.simulation.World.succeeded`) within
    `horizon` control steps. Cells advance `batch` episodes at a time in turn, so that every curve
    appears early and its intervals shrink; only whole batches count, since the episodes that end
    first are those that succeed. `threads` bounds the cores used (default: all), `observer`
    says whether an observer corrects what is sensed, where there is one, `options` are further
    keyword arguments of the policies, by mode. After `should_stop` is set the generator ends
    within one control step, having reported all whole batches; closing it does the same.

    Raises, all at the call, :class:`SettingsError` for settings that make no sense,
    :class:`MismatchError` for a checkpoint that does not fit its task, and what
    :func:`core.policies.require_offered` raises for modes.
    """
    if not modes:
        raise SettingsError(f"no mode to evaluate; modes: {', '.join(MODES)}")
    for mode in modes:
        require_offered(checkpoint, mode)
    task = checkpoint.spec.task
    wanted = _checked_conditions(noise_levels, conditions, checkpoint.spec)
    for name, value in (("episodes", episodes), ("horizon", horizon), ("batch", batch)):
        if value < 1:
            raise SettingsError(f"{name} is {value}; expected at least 1")
    if first_seed < 0:
        raise SettingsError(f"first seed is {first_seed}; expected 0 or more")
    require_fit(checkpoint)
    given = {mode: {"observer": observer, **(options or {}).get(mode, {})} for mode in modes}
    runner = BatchRunner(checkpoint, given, horizon, threads)
    cells = list(product(dict.fromkeys(modes), wanted))
    seeds = range(first_seed, first_seed + episodes)
    return _run(runner, task, cells, seeds, batch, should_stop or threading.Event())


def require_fit(checkpoint: Checkpoint) -> None:
    """Refuse a checkpoint that the simulator cannot be driven with.

    Raises :class:`MismatchError` for one that senses what its task does not offer, or of another
    control rate, and :class:`core.errors.UnknownNameError` for one of another robot.
    """
    spec = checkpoint.spec
    offered = {field.name: field.size for field in simulation.TASKS[spec.task].fields}
    vectors = [field for field in spec.sensed if field.kind != "image"]
    lacking = [f.name for f in vectors if offered.get(f.name) != f.size]
    if lacking:
        raise MismatchError(
            f"the checkpoint senses {', '.join(lacking)}, which task {spec.task!r} does not "
            "offer in that size; train on recordings of this version"
        )
    if spec.sensed_images:
        try:
            simulation.check_image_fields(spec.task, spec.sensed_images)
        except simulation.ImageFieldError as error:
            raise MismatchError(str(error)) from error
    if abs(spec.control_rate - simulation.CONTROL_RATE) > 1e-6:
        raise MismatchError(
            f"the checkpoint was trained at {spec.control_rate:g} Hz and the simulation runs "
            f"at {simulation.CONTROL_RATE:g} Hz; train on recordings of that rate"
        )


def _checked_conditions(
    levels: Sequence[float], conditions: Sequence[Condition], spec: Spec
) -> tuple[Condition, ...]:
    wanted = [*(Condition(noise=float(level)) for level in levels), *conditions]
    if not wanted:
        raise SettingsError("noise level none; expected numbers of 0 or more, or conditions")
    task = simulation.TASKS[spec.task]
    for name, _ in (strength for each in wanted for strength in each.strengths):
        lacking = DISTURBANCES[name].lacking(task, bool(spec.sensed_images))
        if lacking is not None:
            raise SettingsError(f"{lacking}; leave {name} out")
    return tuple(dict.fromkeys(wanted))


def _run(
    runner: BatchRunner,
    task: str,
    cells: Sequence[tuple[str, Condition]],
    seeds: range,
    batch: int,
    stop: threading.Event,
) -> Iterator[Progress]:
    """The cells (mode, condition) in turn, `batch` of the seeds at a time."""
    batches = [seeds[first : first + batch] for first in range(0, len(seeds), batch)]
    results = {
        (mode, condition): Result(task, mode, condition.noise, seeds[0], condition=condition)
        for mode, condition in cells
    }
    parts = list(product(batches, cells))
    clock = Clock({(seeds, cell): MODES[cell[0]].trial_cost * len(seeds) for seeds, cell in parts})

    def report(mode: str, condition: Condition, running: RunningBatch | None = None) -> Progress:
        outcomes = [] if running is None else running.outcomes
        return Progress(
            results=tuple(results.values()),
            mode=mode,
            noise=condition.noise,
            condition=condition,
            fraction=clock.fraction,
            seconds_left=clock.seconds_left,
            finished=all(result.episodes == len(seeds) for result in results.values()),
            running=len(outcomes),
            running_solved=sum(outcomes),
        )

    yield report(*cells[0])
    with runner:
        for part, (mode, condition) in parts:
            if stop.is_set():
                return
            running = runner.begin(mode, condition, part)
            while not running.wait(REPORT_INTERVAL):
                if stop.is_set():
                    return
                clock.advance((part, (mode, condition)), running.share)
                yield report(mode, condition, running)
            results[mode, condition] = results[mode, condition].extended(
                running.outcomes, running.steps
            )
            clock.advance((part, (mode, condition)), 1.0)
            yield report(mode, condition)

"""Drives a training and tells how it goes; keeps its last good state."""

import math
import time
from collections.abc import Iterator
from threading import Event

import torch
from torch import Tensor

from core.learning.dataset.observation import Observation
from core.learning.errors import DivergedError
from core.learning.layers import evaluating
from core.learning.monitoring.collapse import CollapseMeasures, measure_collapse
from core.learning.monitoring.measures import measure_representation
from core.learning.monitoring.pictures import training_pictures
from core.learning.monitoring.report import Report, Speedometer
from core.learning.trainer import Trainer

MEASURED_ROWS = 512
"""Rows of the demonstrations from which collapse is measured."""
COLLAPSE_EVERY = 1.0
"""Time between measures of collapse, and between copies of good weights [s]."""
MEASURES_EVERY = 3.0
"""Time between measures of what the latent tells and what is predicted [s]."""
MEASURING_SHARE = 0.05
"""Largest share of the time that such measures take: images take seconds to encode."""
IMAGES_EVERY = 1.0
"""Time between two looks at what the encoder is given [s]."""
IMAGES_SHARE = 0.01
"""Largest share of the time that such looks take."""
PAUSE_POLL = 0.05
"""How often a paused training looks whether it was stopped [s]."""


def reports(
    trainer: Trainer,
    *,
    should_stop: Event | None = None,
    running: Event | None = None,
    report_every: float = 0.05,
) -> Iterator[Report]:
    """Train to the end, yielding a report after the first update and every `report_every` [s].

    Between updates, `should_stop` ends the iteration and a cleared `running` pauses it; either
    way the state can be saved. Raises `DivergedError` when a loss or a weight is no longer
    finite, after the last good weights were put back.
    """
    monitor = Monitor(trainer)
    stopped = should_stop.is_set if should_stop is not None else lambda: False
    reported_at = -math.inf
    while not trainer.finished:
        if running is not None and not running.is_set():
            while not running.wait(PAUSE_POLL) and not stopped():
                pass
            monitor.speedometer.start(trainer.step)
        if stopped():
            return
        monitor.update()
        if trainer.finished or time.monotonic() - reported_at >= report_every:
            yield monitor.report()
            reported_at = time.monotonic()


class Monitor:
    """Watches a trainer. Owns the sums of its losses, its speed and a copy of its good state."""

    def __init__(self, trainer: Trainer) -> None:
        self.trainer = trainer
        self.speedometer = Speedometer()
        self.speedometer.start(trainer.step)
        self._good = trainer.state()
        self._sample = measured_rows(trainer)
        self._collapse_due = self._measures_due = self._images_due = -math.inf
        self._names: tuple[str, ...] = ()
        self._sums = torch.zeros(0)
        self._count = 0

    def update(self) -> None:
        """One update of the trainer; nothing is read back from the device."""
        losses = self.trainer.update()
        values = torch.stack(tuple(losses.values()))
        if tuple(losses) != self._names:
            self._names, self._sums, self._count = tuple(losses), torch.zeros_like(values), 0
        self._sums += values
        self._count += 1

    def report(self) -> Report:
        """How it goes since the last report. Raises `DivergedError`, the good state put back."""
        trainer, now = self.trainer, time.monotonic()
        looks = now >= self._collapse_due or trainer.finished
        examines = looks and (now >= self._measures_due or trainer.finished)
        means = dict(zip(self._names, (self._sums / self._count).tolist(), strict=True))
        self._sums.zero_()
        self._count = 0
        self._refuse_not_finite(means, weights=looks)
        if looks:
            self._good = trainer.state()
        weight = trainer.configuration.loss.weight
        speed = self.speedometer.speed(trainer.step)
        collapse, measures = None, None
        if looks:
            collapse = self.collapse()
            self._collapse_due = _due(now, COLLAPSE_EVERY)
        if examines:
            began = time.monotonic()
            measures = measure_representation(trainer.model, trainer.dataset.demonstrations)
            self._measures_due = _due(began, MEASURES_EVERY)
        images = None
        if now >= self._images_due:
            began = time.monotonic()
            images = training_pictures(trainer)
            self._images_due = _due(began, IMAGES_EVERY, IMAGES_SHARE)
        return Report(
            step=trainer.step,
            total_steps=trainer.total_steps,
            phase=trainer.phase.name,
            losses=means | {"total": sum(weight(n) * m for n, m in means.items())},
            learning_rate=trainer.learning_rate,
            tau=trainer.tau,
            steps_per_second=speed,
            seconds_left=(trainer.total_steps - trainer.step) / speed if speed > 0 else math.inf,
            collapse=collapse,
            measures=measures,
            images=images,
        )

    def collapse(self) -> CollapseMeasures:
        """Collapse measures of the present encoder over a fixed sample of the data."""
        observations, progress = self._sample
        with evaluating(self.trainer.model):
            latents = self.trainer.model.encode(observations)
        return measure_collapse(latents, progress)

    def _refuse_not_finite(self, means: dict[str, float], *, weights: bool) -> None:
        """Raise where a loss or, if asked for, a weight is not finite; waits for the device."""
        trainer = self.trainer
        faults = [f"the loss '{name}'" for name, mean in means.items() if not math.isfinite(mean)]
        if weights and not faults:
            norms = torch.stack(torch._foreach_norm(list(trainer.model.parameters())))
            if not bool(torch.isfinite(norms).all()):
                faults.append("a weight")
        if faults:
            noticed = trainer.step
            trainer.restore(self._good)
            raise DivergedError(
                f"training diverged: {faults[0]} was not finite at step {noticed}. The weights of "
                f"step {trainer.step} are kept; lower the learning rate or clip the gradient, and "
                "check the recordings for outliers."
            )


def _due(began: float, every: float, share: float = MEASURING_SHARE) -> float:
    """When to measure next, after a measure that `began` and has just ended [s]."""
    took = time.monotonic() - began
    return began + max(every, took / share)


def measured_rows(trainer: Trainer) -> tuple[Observation, Tensor]:
    """Evenly spaced observations (rows) of the data and their progress through episodes."""
    data = trainer.dataset.demonstrations
    count = len(data.observations)
    rows = torch.linspace(0, count - 1, min(count, MEASURED_ROWS)).round().long().to(data.device)
    lengths = torch.tensor(data.lengths, device=data.device)
    spans = (lengths - 1).clamp(min=1)[data.episode_of_row()]
    return data.observations[rows], (data.step_of_row() / spans)[rows]

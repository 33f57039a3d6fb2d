"""The trainer: an iterator of reports that turns a data set into a policy."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event
from typing import Any

import torch
from torch import Tensor

from core.learning.configuration import Configuration
from core.learning.dataset.augmentation import SceneMotion, moved_copies
from core.learning.dataset.dataset import Dataset
from core.learning.dataset.windows import Windows, WindowSampler
from core.learning.errors import DivergedError, LearningError
from core.learning.fast.allocation import keep_freed_memory
from core.learning.fast.optimiser import Adam
from core.learning.features import (
    Losses,
    compute_features,
    frames_ahead,
    remembered_features,
)
from core.learning.layers import evaluating
from core.learning.memory import EncodedDemonstrations, encode_demonstrations
from core.learning.model import ActJepa
from core.learning.monitoring.collapse import CollapseMeasures, measure_collapse
from core.learning.monitoring.quality import RepresentationQuality, measure_representation
from core.learning.monitoring.reports import Report, Speedometer
from core.learning.objectives import reader_losses
from core.learning.presets import get_preset
from core.learning.representation import representation_losses
from core.learning.schedules import learning_rate, target_tau
from core.learning.training_state import TrainingState

MEASURED_ROWS = 512
"""Rows of the demonstrations from which collapse is measured."""
MEASURE_EVERY = 1.0
"""Time between measures of collapse, and between copies of good weights [s]."""
QUALITY_EVERY = 3.0
"""Time between measures of what the latent tells and what is predicted [s]."""
PAUSE_POLL = 0.05
"""How often a paused training looks whether it was stopped [s]."""


@dataclass(frozen=True)
class Phase:
    """A stretch of training with its own optimiser and schedules."""

    name: str
    """``representation``, ``head`` or ``joint``."""
    steps: int
    """Number of updates."""
    representation: bool
    """Whether encoder, belief and predictor learn."""
    readers: bool
    """Whether policy head, decoder and goal map learn."""


def phases_of(configuration: Configuration) -> tuple[Phase, ...]:
    """The phases of a protocol: one joint, or the representation and then the head."""
    training = configuration.training
    if training.protocol == "joint":
        return (Phase("joint", training.steps, representation=True, readers=True),)
    return (
        Phase("representation", training.steps, representation=True, readers=False),
        Phase("head", training.head_steps, representation=False, readers=True),
    )


def choose_device(device: str) -> torch.device:
    """``auto``: CUDA where there is one, else the CPU. Raises `LearningError` if it is absent."""
    if device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise LearningError(f"device '{device}' was asked for, but no CUDA device is available")
    return torch.device(device)


class Trainer:
    """Trains an `ActJepa` on a `Dataset`. Owns model, optimiser, sampler and step counter.

    Resumed from its saved state it goes on as if it had never stopped, bit for bit on the CPU.
    """

    def __init__(
        self,
        dataset: Dataset,
        configuration: Configuration | None = None,
        device: str = "auto",
    ) -> None:
        self.configuration = configuration or get_preset("default")
        self.device = choose_device(device)
        if self.device.type == "cpu":
            keep_freed_memory()
        self.dataset = dataset.to(self.device)
        if self.configuration.training.replays and dataset.replays is None:
            raise LearningError(
                f"training.replays is {self.configuration.training.replays}, but the data set has "
                "no replays; give them to Dataset.from_episodes, or set it to 0"
            )
        training = self.configuration.training
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(training.seed)
            model = ActJepa(self.configuration, dataset.space, dataset.standardisation)
        self.model = model.to(self.device)
        self.phases = phases_of(self.configuration)
        self.total_steps = sum(phase.steps for phase in self.phases)
        self.step = 0
        self.motion = self._scene_motion()
        self.generator = torch.Generator().manual_seed(training.seed)
        self._measured = _measured_rows(self.dataset)
        self._enter(self._phase_index())

    @property
    def phase(self) -> Phase:
        """The phase of the next update, or the last phase when all is done."""
        return self.phases[self._phase]

    @property
    def finished(self) -> bool:
        """Whether all updates are done."""
        return self.step >= self.total_steps

    def __iter__(self) -> Iterator[Report]:
        return self.reports()

    def reports(
        self,
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
        speedometer = Speedometer()
        speedometer.start(self.step)
        measured_at = examined_at = -float("inf")
        reported_at = -float("inf")
        good = self.state()
        while not self.finished:
            if running is not None and not running.is_set():
                while not running.wait(PAUSE_POLL):
                    if should_stop is not None and should_stop.is_set():
                        return
                speedometer.start(self.step)
            if should_stop is not None and should_stop.is_set():
                return
            self.update()
            now = time.monotonic()
            if now - reported_at < report_every and not self.finished:
                continue
            measure = now - measured_at >= MEASURE_EVERY or self.finished
            reason = self._not_finite(weights=measure)
            if reason is not None:
                noticed = self.step
                self.restore(good)
                raise DivergedError(reason, noticed, self.step)
            collapse = quality = None
            if measure:
                good = self.state()
                collapse = self.measure()
                measured_at = now
                if now - examined_at >= QUALITY_EVERY or self.finished:
                    quality = self.examine()
                    examined_at = now
            yield self._report(collapse, quality, speedometer.speed(self.step))
            reported_at = time.monotonic()

    def update(self) -> None:
        """One update; nothing is read back from the device."""
        if self.step == self._phase_end and self._phase + 1 < len(self.phases):
            self._enter(self._phase + 1)
        phase, configuration = self.phase, self.configuration
        done = self.step - (self._phase_end - phase.steps)
        self._rate = learning_rate(configuration.optimiser, done, phase.steps)
        self._tau = target_tau(configuration.target, done, phase.steps)
        windows = self.sampler.gather(self.sampler.draw(), self._ahead)
        for optimiser in self._optimisers:
            optimiser.clear_gradients()
        losses = self._losses(windows)
        self._note(losses)
        torch.autograd.backward(tuple(losses.values()), self._weights)
        for optimiser in self._optimisers:
            optimiser.step(self._rate)
        if phase.representation:
            self.model.update_target(self._tau)
        self.step += 1

    def measure(self) -> CollapseMeasures:
        """Collapse measures of the present encoder over a fixed sample of the data."""
        rows, progress = self._measured
        with evaluating(self.model):
            latents = self.model.encode(self.dataset.demonstrations.observations[rows])
        return measure_collapse(latents, progress)

    def examine(self) -> RepresentationQuality:
        """What the present latents tell, and how well they are predicted, on some of the data."""
        return measure_representation(self.model, self.dataset.demonstrations)

    def state(self) -> TrainingState:
        """A copy of everything needed to go on exactly from here."""
        tensors = {f"model.{k}": v.detach().clone() for k, v in self.model.state_dict().items()}
        for i, optimiser in enumerate(self._optimisers):
            tensors |= {f"optimiser{i}.{k}": v for k, v in optimiser.state().items()}
        tensors["sampler.generator"] = self.generator.get_state().clone()
        return TrainingState(self.step, self._phase, tensors)

    def restore(self, state: TrainingState) -> None:
        """Go on from `state`, saved by a trainer of the same data and configuration."""
        self.step = state.step
        self.model.load_state_dict(state.part("model"))
        self._enter(state.phase)
        for i, optimiser in enumerate(self._optimisers):
            optimiser.restore(state.part(f"optimiser{i}"))
        self.generator.set_state(state.tensors["sampler.generator"].cpu())

    def settings(self) -> dict[str, Any]:
        """The configuration as JSON can hold it."""
        return self.configuration.to_dict()

    def _scene_motion(self) -> SceneMotion | None:
        training, dataset = self.configuration.training, self.dataset
        if not training.rotation and not training.translation and not training.mirror:
            return None
        return SceneMotion(
            dataset.space,
            dataset.standardisation,
            training.rotation,
            training.translation,
            self.device,
            training.mirror,
        )

    def _phase_index(self) -> int:
        end = 0
        for index, phase in enumerate(self.phases):
            end += phase.steps
            if self.step < end:
                return index
        return len(self.phases) - 1

    def _enter(self, index: int) -> None:
        """Begin phase `index`: its parameters, a fresh optimiser, and frozen features."""
        self._phase = index
        phase, configuration = self.phase, self.configuration
        self._phase_end = sum(p.steps for p in self.phases[: index + 1])
        model = self.model
        shaping = model.representation_parameters() if phase.representation else []
        if phase.readers:
            shaping = shaping + model.head_parameters()
        for parameter in model.parameters():
            parameter.grad = None  # what an earlier phase trained is not trained now
        # probes apart: a decoder's large gradient must not shorten that of the policy
        optimiser = configuration.optimiser
        settings = optimiser.weight_decay, optimiser.gradient_clip
        self._optimisers = tuple(
            Adam(parameters, *settings) for parameters in (shaping, model.probe_parameters())
        )
        self._ahead = frames_ahead(
            configuration, representation=phase.representation, readers=phase.readers
        )
        self._set_modes()
        self._frozen: EncodedDemonstrations | None = None
        demonstrations, motion = self.dataset.demonstrations, self.motion
        if not phase.representation:
            if motion is not None:
                seed = configuration.training.seed
                demonstrations, motion = moved_copies(demonstrations, motion, seed), None
            self._frozen = encode_demonstrations(model, demonstrations)
        self.sampler = WindowSampler(
            demonstrations,
            batch=configuration.training.batch,
            time=configuration.training.window,
            chunk=max(configuration.head.chunk, configuration.loss.inverse_span),
            generator=self.generator,
            motion=motion,
            replays=self.dataset.replays if phase.representation else None,
        )
        self._names: tuple[str, ...] = ()
        self._rate = self._tau = 0.0

    def _set_modes(self) -> None:
        """Training mode; what is frozen stays in evaluation mode, running statistics included."""
        self.model.train()
        if not self.phase.representation:
            self.model.encoder.eval()
            self.model.target_encoder.eval()

    def _losses(self, windows: Windows) -> Losses:
        phase, model = self.phase, self.model
        if self._frozen is not None:
            features = remembered_features(self._frozen, windows)
            return reader_losses(model, windows, features, through=False)
        features = compute_features(model, windows, readers=phase.readers)
        losses = representation_losses(model, windows, features)
        if phase.readers:
            losses |= reader_losses(model, windows, features, through=True)
        return losses

    def _note(self, losses: Losses) -> None:
        """Add the terms to the sums of the next report; nothing is read back from the device."""
        names = tuple(losses)
        if names != self._names:
            self._names = names
            weights = [getattr(self.configuration.loss, name) for name in names]
            self._weights = tuple(torch.tensor(weights, device=self.device).unbind())
            self._reset_sums()
        self._sums += torch.stack([value.detach() for value in losses.values()])
        self._summed += 1

    def _reset_sums(self) -> None:
        self._sums = torch.zeros(len(self._names), device=self.device)
        self._summed = 0

    def _not_finite(self, *, weights: bool) -> str | None:
        """What is no longer finite, if anything; waits for the device."""
        for name, value in zip(self._names, self._sums.tolist(), strict=True):
            if value != value or value in (float("inf"), -float("inf")):
                return f"the loss '{name}'"
        if weights:
            norms = torch.stack(torch._foreach_norm(list(self.model.parameters())))
            if not bool(torch.isfinite(norms).all()):
                return "a weight"
        return None

    def _report(
        self,
        collapse: CollapseMeasures | None,
        quality: RepresentationQuality | None,
        speed: float,
    ) -> Report:
        means = (self._sums / max(1, self._summed)).tolist()
        losses = dict(zip(self._names, means, strict=True))
        losses["total"] = sum(m * float(w) for m, w in zip(means, self._weights, strict=True))
        self._reset_sums()
        left = (self.total_steps - self.step) / speed if speed > 0 else float("inf")
        return Report(
            step=self.step,
            total_steps=self.total_steps,
            phase=self.phase.name,
            losses=losses,
            learning_rate=self._rate,
            tau=self._tau,
            steps_per_second=speed,
            seconds_left=left,
            collapse=collapse,
            quality=quality,
        )


def _measured_rows(dataset: Dataset) -> tuple[Tensor, Tensor]:
    """Evenly spaced rows of the data and their progress through their episodes."""
    demonstrations = dataset.demonstrations
    count = len(demonstrations.observations)
    rows = torch.linspace(0, count - 1, min(count, MEASURED_ROWS)).round().long()
    rows = rows.to(demonstrations.device)
    lengths = torch.tensor(demonstrations.lengths, device=demonstrations.device)
    spans = (lengths - 1).clamp(min=1)[demonstrations.episode_of_row()]
    return rows, (demonstrations.step_of_row() / spans)[rows]

"""A batch of windows, and what the model makes of it before any loss is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Flag
from functools import cached_property

import torch
from torch import Tensor

from core.learning.configuration import TrainingConfiguration
from core.learning.dataset.observation import Observation
from core.learning.dataset.windows import Windows
from core.learning.memory import EncodedDemonstrations
from core.learning.model import ActJepa

SPREAD_POINTS = 8
"""Steps of a window on which most losses are taken: neighbouring steps teach little more."""


class Need(Flag):
    """What an objective asks of a batch. Each is computed once, and only where it is asked for."""

    NOTHING = 0
    LATENTS = 1
    """Online latents of the window."""
    LATENTS_AHEAD = 2 | LATENTS
    """Online latents of the frames ahead too."""
    TARGETS = 4
    """Target latents."""
    STATES = 8 | LATENTS
    """Belief states."""
    ROLLOUT = 16 | STATES
    """Latents that the predictor imagines."""


@dataclass(frozen=True)
class Looked:
    """Which frames of single transitions are looked at, where encoding all would cost too much."""

    latents: tuple[int, ...]
    """Frames whose online latents are, the present one (0) among them."""
    targets: tuple[int, ...]
    """Frames whose target latents are; the next one is 1."""


class Rollout:
    """The predictor rolled out along the executed actions from some steps of each window.

    Iterated, it yields the latents (batch * points, D) predicted for 1, 2, … steps later, each
    computed when it is first asked for: a loss taken between them then has its place between them
    in the order in which gradients are summed, too.
    """

    points: Tensor | None
    """The steps from which it is rolled out (points,) int64; None: all of them."""

    def __init__(self, model: ActJepa, windows: Windows, states: Tensor) -> None:
        """From belief states `states` (batch, time, state)."""
        loss, self.points = model.configuration.loss, None
        if loss.rollout_points and loss.rollout_points < windows.time:
            offset = windows.offset.to(states.device)
            self.points = spread_points(windows.time, loss.rollout_points, offset)
            states = states[:, self.points]
        self._model, self._windows, self._length = model, windows, loss.rollout
        self._state = states.flatten(0, 1)  # (batch * points, state)
        self._latents: list[Tensor] = []

    def __iter__(self) -> Iterator[Tensor]:
        for k in range(self._length):
            if k == len(self._latents):
                if k:
                    latent = self._latents[-1]
                    self._state = self._model.belief.step(self._state, latent, latent)
                action = self._windows.actions[:, self.steps(k)].flatten(0, 1)
                self._latents.append(self._model.predict(self._state, action))
            yield self._latents[k]

    def steps(self, later: int) -> Tensor | slice:
        """Index of the frames that lie `later` steps after the points."""
        # views where every point is rolled out: rows picked out have to be put back by autograd
        if self.points is None:
            return slice(later, later + self._windows.time)
        return self.points + later


@dataclass(frozen=True)
class Batch:
    """A batch of windows and its features; a feature that no objective asked for is empty, (0,)."""

    windows: Windows
    """Observations and actions."""
    latents: Tensor
    """Online latents (batch, frames, D) with frames >= time; 0 for frames not looked at."""
    targets: Tensor
    """Target latents (batch, time + ahead - 1, D) of the frames from the second on; the same."""
    states: Tensor
    """Belief states (batch, time, state)."""
    rollout: Rollout | None = None
    """What the predictor imagines; only for objectives that shape the belief."""

    def points(self, limit: int = SPREAD_POINTS, time: int | None = None) -> Tensor:
        """Evenly spaced points among the first `time` steps, shifted at random, (points,) int64.

        At most `limit` of them; 0: every step.
        """
        time, device = time or self.windows.time, self.windows.rows.device
        return spread_points(time, limit, self.windows.offset.to(device))

    def some_latents(self) -> Tensor:
        """Online latents (n, D) of spread frames of the windows, those that exist."""
        points = self.points()
        return self.latents[:, points][self.windows.valid[:, points]]

    @cached_property
    def detached(self) -> Batch:
        """The same, for objectives whose gradient must not reach the belief."""
        features = self.latents.detach(), self.targets.detach(), self.states.detach()
        return Batch(self.windows, *features)


def spread_points(time: int, limit: int, offset: Tensor) -> Tensor:
    """Evenly spaced steps of `time`, at most `limit` (0: all), shifted by `offset`, (points,)."""
    count = min(limit, time) if limit else time
    stride = time // count
    return torch.arange(count, device=offset.device) * stride + offset % stride


def encode_batch(
    model: ActJepa, windows: Windows, need: Need, looked: Looked | None = None
) -> Batch:
    """What `model` makes of `windows`, as far as there is `need`; only frames that are `looked`
    at are encoded, where that is given."""
    configuration, time = model.configuration, windows.time
    latents = targets = states = windows.actions.new_empty(0)
    if Need.LATENTS in need:
        everything = Need.LATENTS_AHEAD in need
        seen = windows.observations if everything else windows.observations[:, :time]
        seen = noisy(seen, configuration.training, windows.generator)
        if looked is None or not everything:
            latents = model.encode(seen)
        else:
            latents = _encoded(model.encode, seen, looked.latents)
    if Need.TARGETS in need:
        stops = configuration.target.stop_gradient
        encode, later = model.encode_target if stops else model.encode, windows.observations[:, 1:]
        if looked is None:
            targets = encode(later)
        else:
            targets = _encoded(encode, later, [frame - 1 for frame in looked.targets])
    if Need.STATES in need:
        states = model.remember(latents[:, :time], windows.actions[:, :time])
        states = model.give(states, windows.observations[:, :time])
    rollout = Rollout(model, windows, states) if Need.ROLLOUT in need else None
    return Batch(windows, latents, targets, states, rollout)


def _encoded(
    encode: Callable[[Observation], Tensor], seen: Observation, frames: Sequence[int]
) -> Tensor:
    """Latents (batch, time, D) of the observations (batch, time); 0 for all but `frames`."""
    chosen = list(frames)
    some = encode(seen[:, chosen])  # (batch, chosen, D)
    everything = some.new_zeros(*seen.shape, some.shape[-1])
    return everything.index_copy(1, torch.tensor(chosen, device=some.device), some)


def recall_batch(
    model: ActJepa, encoded: EncodedDemonstrations, windows: Windows, need: Need
) -> Batch:
    """The same of a frozen representation, which has encoded all demonstrations once."""
    rows, time = windows.rows, windows.time
    latents = targets = states = windows.actions.new_empty(0)
    if Need.LATENTS in need:
        latents = encoded.latents[rows if Need.LATENTS_AHEAD in need else rows[:, :time]]
    if Need.TARGETS in need:
        targets = encoded.targets[rows[:, 1:]]
    if Need.STATES in need:
        states = encoded.states[rows[:, :time]]
    rollout = Rollout(model, windows, states) if Need.ROLLOUT in need else None
    return Batch(windows, latents, targets, states, rollout)


def noisy(
    frames: Observation, training: TrainingConfiguration, generator: torch.Generator
) -> Observation:
    """Frames (batch, time) with Gaussian noise, of another level in every window."""
    if training.noise:
        level = training.noise * torch.rand(len(frames), 1, 1, generator=generator)
        noise = level * torch.randn(frames.packed.shape, generator=generator)
        frames = frames.with_vectors(frames.packed + noise.to(frames.device))
    if training.pixel_noise:
        images = {}
        for name, image in frames.images.items():
            level = training.pixel_noise * torch.rand(len(frames), 1, generator=generator)
            images[name] = image.noisy(level, generator)
        frames = frames.with_images(images)
    return frames

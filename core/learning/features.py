"""What a model makes of a batch of windows before any loss is taken."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.learning.configuration import Configuration
from core.learning.dataset.windows import Windows
from core.learning.heads import MaskedPrediction
from core.learning.memory import EncodedDemonstrations
from core.learning.model import ActJepa

PROBED_POINTS = 8
"""Steps of a window on which decoder and goal map learn: neighbouring steps teach little more."""

Losses = dict[str, Tensor]
"""Loss terms by name; the names are those of the weights in `LossConfiguration`."""


@dataclass(frozen=True)
class Features:
    """What a model makes of a batch of windows."""

    latents: Tensor
    """Online latents (batch, frames, D) with frames >= time."""
    targets: Tensor
    """Target latents (batch, time + ahead - 1, D) of the frames from the second on; (0,) where no
    loss term asks for them."""
    states: Tensor
    """Belief states (batch, time, state); (0,) where no loss term asks for them."""


def frames_ahead(configuration: Configuration, *, representation: bool, readers: bool) -> int:
    """How many frames beyond a window its loss terms look at."""
    loss, ahead = configuration.loss, 1
    if representation:
        ahead = max(ahead, loss.rollout)
        if loss.inverse_dynamics and configuration.training.window <= loss.inverse_span:
            ahead = max(ahead, loss.inverse_span)
        if loss.masked:
            ahead = max(ahead, *MaskedPrediction.STEPS)
    if readers and loss.goal:
        ahead = max(ahead, loss.goal_horizon)
    return ahead


def compute_features(model: ActJepa, windows: Windows, *, readers: bool = True) -> Features:
    """Encode, remember, and encode targets, each only where a loss term looks at it.

    `readers`: whether policy head, decoder and goal map will.
    """
    configuration, time = model.configuration, windows.time
    # pairs for inverse dynamics lie inside the window where it is long enough
    loss, after = configuration.loss, windows.observations[:, 1:]
    wants_all = bool(loss.inverse_dynamics) and time <= loss.inverse_span
    seen = windows.observations if wants_all else windows.observations[:, :time]
    if configuration.training.noise:
        seen = _noisy(seen, configuration.training.noise, windows.generator)
    latents = model.encode(seen)
    targets = latents.new_empty(0)
    if loss.prediction or loss.masked or loss.goal:
        learns = not configuration.target.stop_gradient
        targets = model.encode(after) if learns else model.encode_target(after)
    states = latents.new_empty(0)
    if readers or loss.prediction or loss.next_observation or loss.inverse_dynamics:
        states = model.remember(latents[:, :time], windows.actions[:, :time])
    return Features(latents, targets, states)


def _noisy(frames: Tensor, largest: float, generator: torch.Generator) -> Tensor:
    """Frames (batch, time, O) with Gaussian noise, of another level in every window."""
    level = largest * torch.rand(len(frames), 1, 1, generator=generator)
    noise = level * torch.randn(frames.shape, generator=generator)
    return frames + noise.to(frames.device)


def remembered_features(encoded: EncodedDemonstrations, windows: Windows) -> Features:
    """The same of a frozen representation, which has encoded all demonstrations once."""
    rows, time = windows.rows, windows.time
    seen = rows[:, :time]
    return Features(encoded.latents[seen], encoded.targets[rows[:, 1:]], encoded.states[seen])


def spread_points(windows: Windows, limit: int, time: int | None = None) -> Tensor:
    """Evenly spaced points among the first `time` steps, shifted by the random offset (points,).

    At most `limit` of them; 0: every step.
    """
    time, device = time or windows.time, windows.rows.device
    count = min(limit, time) if limit else time
    stride = time // count
    return torch.arange(count, device=device) * stride + windows.offset.to(device) % stride

"""The loss terms of a batch of windows, as one named dict."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.learning.configuration import Configuration
from core.learning.losses import action_distance, gripper_distance, latent_distance, masked_mean
from core.learning.model import ActJepa
from core.learning.windows import Windows

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
    """Target latents (batch, time + ahead - 1, D) of the frames from the second on."""
    states: Tensor
    """Belief states (batch, time, state)."""


def frames_ahead(configuration: Configuration, *, representation: bool, readers: bool) -> int:
    """How many frames beyond a window its loss terms look at."""
    loss, ahead = configuration.loss, 1
    if representation:
        ahead = max(ahead, loss.rollout)
        if loss.inverse_dynamics and configuration.training.window <= configuration.head.chunk:
            ahead = max(ahead, configuration.head.chunk)
    if readers and loss.goal:
        ahead = max(ahead, loss.goal_horizon)
    return ahead


def compute_features(model: ActJepa, windows: Windows) -> Features:
    """Encode, remember, and encode targets."""
    configuration, time = model.configuration, windows.time
    # pairs for inverse dynamics lie inside the window where it is long enough
    wants_all = bool(configuration.loss.inverse_dynamics) and time <= configuration.head.chunk
    seen = windows.observations if wants_all else windows.observations[:, :time]
    latents = model.encode(seen)
    targets = model.encode_target(windows.observations[:, 1:])
    states = model.remember(latents[:, :time], windows.actions[:, :time])
    return Features(latents, targets, states)


def representation_losses(model: ActJepa, windows: Windows, features: Features) -> Losses:
    """Latent prediction over the rollout, and inverse dynamics over a chunk."""
    weights = model.configuration.loss
    losses: Losses = {}
    if weights.prediction:
        losses["prediction"] = _prediction_loss(model, windows, features)
    if weights.inverse_dynamics:
        losses["inverse_dynamics"] = _inverse_dynamics_loss(model, windows, features)
    return losses


def _prediction_loss(model: ActJepa, windows: Windows, features: Features) -> Tensor:
    """Mean over k = 1..rollout of the distance of the k-step prediction to the target latent."""
    loss, belief = model.configuration.loss, model.belief
    time, rollout = windows.time, loss.rollout
    points, state = None, features.states
    if loss.rollout_points and loss.rollout_points < time:
        points = _points(windows, loss.rollout_points)  # (points,)
        state = state[:, points]
    state = state.flatten(0, 1)  # (batch * points, state)
    terms = []
    for k in range(rollout):
        # views where every point is rolled out: rows picked out have to be put back by autograd
        at = slice(k, k + time) if points is None else points + k
        after = slice(k + 1, k + 1 + time) if points is None else points + k + 1
        action = model.action_encoder(windows.actions[:, at].flatten(0, 1))
        latent = model.predictor(belief.read(state), action, belief.estimate(state))
        target = features.targets[:, at].flatten(0, 1)  # targets begin with the second frame
        distance = latent_distance(latent, target, loss.distance, loss.reduction)
        terms.append(masked_mean(distance, windows.valid[:, after]))
        if k + 1 < rollout:
            state = belief.step(state, latent, latent)
    return terms[0] if rollout == 1 else torch.stack(terms).mean()


def _points(windows: Windows, limit: int, time: int | None = None) -> Tensor:
    """Evenly spaced points among the first `time` steps, shifted by the random offset (points,).

    At most `limit` of them; 0: every step.
    """
    time, device = time or windows.time, windows.rows.device
    count = min(limit, time) if limit else time
    stride = time // count
    return torch.arange(count, device=device) * stride + windows.offset.to(device) % stride


def _inverse_dynamics_loss(model: ActJepa, windows: Windows, features: Features) -> Tensor:
    """The actions of a chunk from the latents before and after it."""
    chunk = model.inverse_dynamics.chunk
    latents = features.latents
    last = min(latents.shape[1] - chunk, windows.time)
    points = _points(windows, PROBED_POINTS, last)
    recovered = model.inverse_dynamics(latents[:, points], latents[:, points + chunk])
    distance = action_distance(
        recovered, windows.chunks[:, points], model.configuration.head.loss
    )  # (batch, points, chunk)
    exists = windows.valid[:, points + chunk, None]
    return masked_mean(distance, exists & windows.chunk_valid[:, points])


def reader_losses(model: ActJepa, windows: Windows, features: Features, *, through: bool) -> Losses:
    """Policy head, decoder and goal map on the beliefs of a window.

    The head's gradient reaches the belief only if `through` (the joint protocol); those of decoder
    and goal map never do.
    """
    weights = model.configuration.loss
    belief = model.belief.read(features.states)  # (batch, time, size)
    losses = _head_losses(model, belief if through else belief.detach(), windows)
    points = _points(windows, PROBED_POINTS)
    probed = belief[:, points].detach()  # (batch, points, size)
    exists = windows.valid[:, points]
    if weights.decoder:
        difference = model.decoder(probed) - windows.observations[:, points]
        losses["decoder"] = masked_mean(difference.square().mean(dim=-1), exists)
    if weights.goal:
        # rows past the end repeat the last frame: near the end the goal is the end
        goal = features.targets[:, points + weights.goal_horizon - 1]
        distance = latent_distance(model.goal_map(probed), goal, "plain", "mean")
        losses["goal"] = masked_mean(distance, exists)
    return losses


def _head_losses(model: ActJepa, belief: Tensor, windows: Windows) -> Losses:
    weights, head = model.configuration.loss, model.head
    raw, target, mask = head(belief), windows.chunks, windows.chunk_valid
    losses: Losses = {}
    g = head.binary
    if g is not None:
        losses["gripper"] = masked_mean(gripper_distance(raw[..., g], target[..., g]), mask)
        keep = [i for i in range(head.action_size) if i != g]
        raw, target = raw[..., keep], target[..., keep]
    if weights.action:
        distance = action_distance(raw, target, model.configuration.head.loss)
        losses["action"] = masked_mean(distance, mask)
    return losses


def weighted_sum(losses: Losses, configuration: Configuration) -> Tensor:
    """The total: every term times its weight."""
    weights = configuration.loss
    return torch.stack([getattr(weights, name) * value for name, value in losses.items()]).sum()

"""The loss terms of what reads the belief: policy head, decoder and goal map."""

from __future__ import annotations

from torch import Tensor

from core.learning.dataset.windows import Windows
from core.learning.features import PROBED_POINTS, Features, Losses, spread_points
from core.learning.losses import (
    action_distance,
    gripper_distance,
    latent_distance,
    masked_mean,
    observation_distance,
)
from core.learning.model import ActJepa


def reader_losses(model: ActJepa, windows: Windows, features: Features, *, through: bool) -> Losses:
    """Policy head, decoder and goal map on the beliefs of a window.

    The head's gradient reaches the belief only if `through` (the joint protocol); those of decoder
    and goal map never do.
    """
    weights = model.configuration.loss
    belief = model.belief.read(features.states)  # (batch, time, size)
    losses = _head_losses(model, belief if through else belief.detach(), windows)
    points = spread_points(windows, PROBED_POINTS)
    probed = belief[:, points].detach()  # (batch, points, size)
    exists = windows.valid[:, points]
    if weights.decoder:
        distance = observation_distance(model.decoder(probed), windows.observations[:, points])
        losses["decoder"] = masked_mean(distance, exists)
    if weights.goal:
        # rows past the end repeat the last frame: near the end the goal is the end
        goal = features.targets[:, points + weights.goal_horizon - 1].detach()
        distance = latent_distance(model.goal_map(probed), goal, "plain", "mean")
        losses["goal"] = masked_mean(distance, windows.imitated[:, points])
    return losses


def _head_losses(model: ActJepa, belief: Tensor, windows: Windows) -> Losses:
    weights, head = model.configuration.loss, model.head
    raw = head(belief)  # (batch, time, chunk, A)
    target = windows.chunks(head.chunk)
    mask = windows.chunks_imitated(head.chunk)
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

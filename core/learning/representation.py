"""Loss terms that shape the representation: the method's own, and those of its baselines."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from core.learning.dataset.windows import Windows
from core.learning.features import PROBED_POINTS, Features, Losses, spread_points
from core.learning.heads import MaskedPrediction
from core.learning.losses import (
    OBSERVATION_CLIP,
    action_distance,
    latent_distance,
    masked_mean,
    observation_distance,
)
from core.learning.model import ActJepa

HIDDEN_FIELDS = 0.25
"""Part of the fields that is hidden from a partly hidden view."""
OBSERVED_SPAN = 24
"""Length of the part of a window that the observer learns from [control steps]: it forgets faster
than that, and a recurrence costs by its steps."""
VIEW_NOISE = 0.2
"""Noise of a view in the contrastive loss [standard deviations]."""
TEMPERATURE = 0.1
"""Of the contrastive loss (SimCLR's)."""


def representation_losses(model: ActJepa, windows: Windows, features: Features) -> Losses:
    """The terms whose weight is not 0."""
    weights = model.configuration.loss
    losses: Losses = {}
    if weights.prediction or weights.next_observation:
        losses |= _rollout_losses(model, windows, features)
    if weights.inverse_dynamics:
        losses["inverse_dynamics"] = _inverse_dynamics_loss(model, windows, features)
    if weights.reconstruction:
        losses["reconstruction"] = _reconstruction_loss(model, windows, features)
    if weights.contrastive:
        losses["contrastive"] = _contrastive_loss(model, windows)
    if weights.masked:
        losses["masked"] = _masked_loss(model, windows, features)
    if weights.observer and model.observer is not None:
        losses["observer"] = _observer_loss(model, windows)
    return losses


def _rollout_losses(model: ActJepa, windows: Windows, features: Features) -> Losses:
    """Mean over k = 1..rollout of the distance of the k-step prediction to what came.

    As a latent, to the target encoder's; decoded, to the observation itself.
    """
    loss, belief = model.configuration.loss, model.belief
    time, rollout = windows.time, loss.rollout
    points, state = None, features.states
    if loss.rollout_points and loss.rollout_points < time:
        points = spread_points(windows, loss.rollout_points)  # (points,)
        state = state[:, points]
    state = state.flatten(0, 1)  # (batch * points, state)
    latents, decoded = [], []
    for k in range(rollout):
        # views where every point is rolled out: rows picked out have to be put back by autograd
        at = slice(k, k + time) if points is None else points + k
        after = slice(k + 1, k + 1 + time) if points is None else points + k + 1
        action = model.action_encoder(windows.actions[:, at].flatten(0, 1))
        latent = model.predictor(belief.read(state), action, belief.estimate(state))
        exists = windows.valid[:, after]
        if loss.prediction:
            target = features.targets[:, at].flatten(0, 1)  # targets begin with the second frame
            distance = latent_distance(latent, target, loss.distance, loss.reduction)
            latents.append(masked_mean(distance, exists))
        if model.reconstructor is not None and loss.next_observation:
            seen = windows.observations[:, after].flatten(0, 1)
            distance = observation_distance(model.reconstructor(latent), seen)
            decoded.append(masked_mean(distance, exists))
        if k + 1 < rollout:
            state = belief.step(state, latent, latent)
    terms = {"prediction": latents, "next_observation": decoded}
    return {name: _mean(values) for name, values in terms.items() if values}


def _mean(values: list[Tensor]) -> Tensor:
    return values[0] if len(values) == 1 else torch.stack(values).mean()


def _inverse_dynamics_loss(model: ActJepa, windows: Windows, features: Features) -> Tensor:
    """The actions between a belief and a later latent, which some windows are not given."""
    loss, span = model.configuration.loss, model.inverse_dynamics.span
    latents = features.latents
    last = min(latents.shape[1] - span, windows.time)
    points = spread_points(windows, PROBED_POINTS, last)
    before = model.belief.read(features.states[:, points])
    after = latents[:, points + span]
    hidden = torch.rand(len(after), generator=windows.generator) < loss.hidden_future
    # without what comes later it is imitation, for which not every row is an example
    hidden = hidden.to(after.device)[:, None] & windows.chunks_imitated(span)[:, points].all(dim=-1)
    after = after.masked_fill(hidden[..., None], 0.0)
    recovered = model.inverse_dynamics(before, after)
    wanted = windows.chunks(span)[:, points]
    distance = action_distance(recovered, wanted, model.configuration.head.loss)
    exists = windows.valid[:, points + span, None]  # (batch, points, 1)
    return masked_mean(distance, exists & windows.chunks_exist(span)[:, points])


def _reconstruction_loss(model: ActJepa, windows: Windows, features: Features) -> Tensor:
    """The observation from its own latent."""
    assert model.reconstructor is not None
    points = spread_points(windows, PROBED_POINTS)
    decoded = model.reconstructor(features.latents[:, points])
    distance = observation_distance(decoded, windows.observations[:, points])
    return masked_mean(distance, windows.valid[:, points])


def _contrastive_loss(model: ActJepa, windows: Windows) -> Tensor:
    """Two views of each frame must find each other among the views of all frames of the batch.

    Normalised temperature-scaled cross-entropy (SimCLR, Chen et al. 2020). Other frames of the same
    window are among the negatives, so that it tells moments apart and not only episodes.
    """
    assert model.projector is not None
    points = spread_points(windows, PROBED_POINTS)
    frames = windows.observations[:, points][windows.valid[:, points]]  # (frames, O)
    views = torch.cat([_hide_fields(model, windows, frames, VIEW_NOISE) for _ in range(2)])
    keys = functional.normalize(model.projector(model.encode(views)), dim=-1)  # (2 frames, D)
    likeness = keys @ keys.T / TEMPERATURE
    likeness = likeness.masked_fill(
        torch.eye(len(keys), device=keys.device, dtype=torch.bool), -1e9
    )
    partner = torch.arange(len(keys), device=keys.device).roll(len(frames))
    return functional.cross_entropy(likeness, partner)


def _masked_loss(model: ActJepa, windows: Windows, features: Features) -> Tensor:
    """Later latents of the target encoder from a partly hidden frame, without actions."""
    assert model.masked_prediction is not None
    loss = model.configuration.loss
    points = spread_points(windows, PROBED_POINTS)
    hidden = _hide_fields(model, windows, windows.observations[:, points], noise=0.0)
    predicted = model.masked_prediction(model.encode(hidden))  # (batch, points, steps, D)
    ahead = points[:, None] + torch.tensor(MaskedPrediction.STEPS, device=points.device)
    target = features.targets[:, ahead - 1]  # targets begin with the second frame
    distance = latent_distance(predicted, target, loss.distance, loss.reduction)
    return masked_mean(distance, windows.valid[:, ahead])


def _hide_fields(model: ActJepa, windows: Windows, frames: Tensor, noise: float) -> Tensor:
    """Frames (..., O) with whole fields at random at their mean, and with noise."""
    spec, generator = model.spec, windows.generator
    kept = torch.rand(*frames.shape[:-1], len(spec.vectors), generator=generator) >= HIDDEN_FIELDS
    sizes = torch.tensor([field.size for field in spec.vectors])
    spread = kept.repeat_interleave(sizes, dim=-1, output_size=spec.vector_size)
    view = frames * spread.to(frames.device)
    if noise:
        added = torch.randn(frames.shape, generator=generator)
        view = view + noise * (added * spread).to(frames.device)
    return view


def _observer_loss(model: ActJepa, windows: Windows) -> Tensor:
    """Noisy, incomplete windows corrected, against what was really there.

    As observations, and as latents of the target encoder: what matters there is what matters to
    policy and predictor.
    """
    observer, settings = model.observer, model.configuration.observer
    assert observer is not None
    time = min(OBSERVED_SPAN, windows.time)
    begin = int(windows.offset) % (windows.time - time + 1)
    span = slice(begin, begin + time)
    truth = windows.observations[:, span].clamp(-OBSERVATION_CLIP, OBSERVATION_CLIP)
    batch = len(truth)
    generator, device = windows.generator, truth.device

    def draw(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=generator).to(device)

    disturbed = (draw(batch, 1) >= settings.clean).to(truth.dtype)  # (batch, 1)
    sigma = settings.noise * draw(batch, 1) * disturbed
    noise = torch.randn(truth.shape, generator=generator).to(device)
    missing = draw(batch, time) < settings.dropout * draw(batch, 1) * disturbed
    missing[:, 0] = False
    frames = truth + sigma[..., None] * noise
    # what was done before the first frame is nothing that an observer knows
    before = functional.pad(windows.actions[:, begin : begin + time - 1], (0, 0, 1, 0))
    corrected = observer.unroll(frames, before, missing)
    exists = windows.valid[:, span]
    with torch.no_grad():
        wanted = model.target_encoder.encode_packed(truth, model.spec)
    latent = model.target_encoder.encode_packed(corrected, model.spec)
    # the noise left, in units of that which was there, or of a twentieth of a deviation
    scale = (sigma + 0.05).square()
    as_seen = (corrected - truth).square().mean(dim=-1) / scale
    spread = wanted.flatten(0, 1).var(dim=0).mean().clamp(min=1e-6)
    as_latent = (latent - wanted).square().mean(dim=-1) / spread
    return masked_mean(as_seen + as_latent, exists)

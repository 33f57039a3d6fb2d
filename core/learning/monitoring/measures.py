"""How good a representation is, apart from the policy on it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.learning.dataset.demonstrations import Demonstrations
from core.learning.layers import evaluating
from core.learning.memory import EncodedDemonstrations, encode_demonstrations
from core.learning.model import ActJepa
from core.learning.monitoring.collapse import measure_collapse

HORIZONS = (1, 2, 4, 8)
"""Steps ahead at which the prediction error is measured [control steps]."""
LARGEST_ROWS = 4000
"""Rows from which prediction error and probe are estimated."""
LARGEST_IMAGE_ROWS = 1000
"""The same where images have to be encoded for it."""
PREDICTED_EPISODES = 12
"""Demonstrations on which prediction is measured while training goes on: their beliefs are made
step by step, in 0.2 s on one core, where those of 48 take 0.6 s."""
RIDGE = 1e-3
"""Regularisation of the probe, as a part of the mean square of a latent."""


@dataclass(frozen=True)
class RepresentationMeasures:
    """Measures of a representation over demonstrations. Immutable."""

    standard_deviation: float
    """Standard deviation of the latent, mean over its D entries."""
    effective_rank: float
    """Exponential of the entropy of the singular values, 1 to D."""
    probe: float
    """R² of a linear map from latent to the normalised fields that the encoder sees, fitted on
    the even episodes and measured on the odd ones; 1 is perfect, 0 as good as the mean."""
    action_sensitivity: float
    """One-step prediction error with shuffled over that with true actions; 1: actions ignored."""
    prediction_error: dict[str, float]
    """Mean squared error of predicted latents by steps ahead, as a part of their variance."""


@torch.no_grad()
def measure_representation(
    model: ActJepa, demonstrations: Demonstrations, episodes: int = PREDICTED_EPISODES
) -> RepresentationMeasures:
    """Measure `model` on `demonstrations`: prediction on `episodes` of them, all else on all.

    A probe needs many episodes, since a goal is one and the same throughout an episode: fitted on
    six of them it told less than the mean (R² of -0.4 to -1.2), on fifty 0.5 to 0.8.
    """
    most = LARGEST_IMAGE_ROWS if model.encoder.takes_images else LARGEST_ROWS
    rows = _spread(len(demonstrations.observations), demonstrations.device, most)
    frames = demonstrations.observations[rows]
    with evaluating(model):
        latents = model.encode(frames)
    seen, vectors = model.encoder.seen, frames.packed
    odd = demonstrations.episode_of_row()[rows] % 2 == 1
    collapse = measure_collapse(latents, torch.zeros(len(latents)))
    predicted = demonstrations.spread(episodes)
    encoded = encode_demonstrations(model, predicted)
    errors = {h: _error(model, predicted, encoded, h) for h in HORIZONS}
    shuffled = _error(model, predicted, encoded, 1, shuffle=True)
    return RepresentationMeasures(
        standard_deviation=collapse.standard_deviation,
        effective_rank=collapse.effective_rank,
        probe=probe_r2(latents, vectors if seen is None else vectors[:, seen], odd),
        action_sensitivity=shuffled / max(errors[1], 1e-12),
        prediction_error={str(h): error for h, error in errors.items()},
    )


def probe_r2(latents: Tensor, truth: Tensor, held_out: Tensor) -> float:
    """R² on the rows `held_out` (rows,) bool of a ridge regression fitted on the others.

    `latents` (rows, D), `truth` (rows, O); mean over the entries of `truth` that vary.
    """
    x = torch.nn.functional.pad(latents, (0, 1), value=1.0).double().cpu()
    y = truth.double().cpu()
    test = held_out.cpu()
    fit = ~test
    if not bool(test.any()) or not bool(fit.any()):
        return float("nan")
    a = x[fit].T @ x[fit]
    a += RIDGE * a.diagonal().mean() * torch.eye(len(a), dtype=a.dtype)
    weights = torch.linalg.solve(a, x[fit].T @ y[fit])
    error = (y[test] - x[test] @ weights).square().sum(dim=0)
    spread = (y[test] - y[test].mean(dim=0)).square().sum(dim=0)
    varies = spread > 1e-6 * len(y)
    return float((1.0 - error[varies] / spread[varies]).mean())


def _error(
    model: ActJepa,
    memory: Demonstrations,
    encoded: EncodedDemonstrations,
    horizon: int,
    *,
    shuffle: bool = False,
) -> float:
    """Mean squared error of the latent `horizon` steps ahead over the variance of the targets."""
    rows = torch.arange(len(memory.observations), device=memory.device)
    rows = rows[rows + horizon <= memory.last_row()]
    if not len(rows):
        return float("nan")
    rows = rows[_spread(len(rows), rows.device)]
    steps = rows[:, None] + torch.arange(horizon, device=rows.device)
    actions = memory.actions[steps]  # (rows, horizon, A)
    if shuffle:
        generator = torch.Generator().manual_seed(0)
        order = torch.randperm(len(actions), generator=generator)
        actions = actions[order.to(actions.device)]
    latents, _ = model.imagine(encoded.states[rows], actions)
    wanted = encoded.targets[rows + horizon]
    variance = encoded.targets.var(dim=0).mean().clamp(min=1e-12)
    return float((latents[:, -1] - wanted).square().mean() / variance)


def _spread(count: int, device: torch.device, most: int = LARGEST_ROWS) -> Tensor:
    """At most `most` evenly spaced numbers of 0 to `count` - 1, (numbers,) int64."""
    return torch.linspace(0, count - 1, min(count, most)).long().to(device)

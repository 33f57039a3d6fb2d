"""Masked prediction: later latents from a partly hidden frame, without actions."""

import torch
from torch import Tensor

from core.learning.heads import PROBE_WIDTH
from core.learning.layers import perceptron
from core.learning.losses import latent_distance, masked_mean
from core.learning.objectives.baselines.views import hide_fields
from core.learning.objectives.objective import ActJepa, Batch, Losses, Need, Objective

STEPS = (1, 2, 4, 8)
"""How far ahead latents are predicted [control steps]."""


class Masked(Objective):
    """Target latents at `STEPS` ahead of a partly hidden frame, given only which of them it is.

    The passive counterpart of the action-conditioned predictor (after V-JEPA, Bardes et al. 2024):
    a one-hot position takes the place of the action.
    """

    terms = ("masked",)
    needs = Need.TARGETS
    frames_ahead = max(STEPS)

    def __init__(self, model: ActJepa) -> None:
        super().__init__(model)
        latent = model.encoder.latent
        self.network = perceptron(latent + len(STEPS), (PROBE_WIDTH, latent), latent)

    def loss(self, model: ActJepa, batch: Batch) -> Losses:
        settings, windows, points = model.configuration.loss, batch.windows, batch.points()
        frames = windows.observations[:, points]
        hidden = hide_fields(frames, model.spec, windows.generator, noise=0.0)
        predicted = self._predict(model.encode(hidden))  # (batch, points, steps, D)
        ahead = points[:, None] + torch.tensor(STEPS, device=points.device)
        target = batch.targets[:, ahead - 1]  # targets begin with the second frame
        distance = latent_distance(predicted, target, settings.distance, settings.reduction)
        return {"masked": masked_mean(distance, windows.valid[:, ahead])}

    def _predict(self, latent: Tensor) -> Tensor:
        """Latents (..., steps, D) ahead of a latent (..., D)."""
        count = len(STEPS)
        position = torch.eye(count, device=latent.device).expand(*latent.shape[:-1], -1, -1)
        repeated = latent.unsqueeze(-2).expand(*latent.shape[:-1], count, -1)
        predicted: Tensor = self.network(torch.cat((repeated, position), dim=-1))
        return predicted

"""Contrastive learning: two views of a frame find each other."""

import torch
from torch.nn import functional

from core.learning.dataset.observation import Observation
from core.learning.layers import perceptron
from core.learning.objectives.baselines.views import hide_fields
from core.learning.objectives.objective import ActJepa, Batch, Losses, Objective

VIEW_NOISE = 0.2
"""Noise of a view [standard deviations]."""
TEMPERATURE = 0.1
"""As in SimCLR."""


class Contrastive(Objective):
    """Two views of each frame must find each other among the views of all frames of the batch.

    Normalised temperature-scaled cross-entropy (SimCLR, Chen et al. 2020). Other frames of the same
    window are among the negatives, so that it tells moments apart and not only episodes.
    """

    terms = ("contrastive",)

    def __init__(self, model: ActJepa) -> None:
        super().__init__(model)
        latent = model.encoder.latent
        self.projector = perceptron(latent, (latent,), latent)

    def loss(self, model: ActJepa, batch: Batch) -> Losses:
        windows, points = batch.windows, batch.points()
        frames = windows.observations[:, points][windows.valid[:, points]]  # (frames)
        views = [hide_fields(frames, model.spec, windows.generator, VIEW_NOISE) for _ in range(2)]
        projected = self.projector(model.encode(Observation.cat(views)))
        keys = functional.normalize(projected, dim=-1)  # (2 frames, D)
        itself = torch.eye(len(keys), device=keys.device, dtype=torch.bool)
        likeness = (keys @ keys.T / TEMPERATURE).masked_fill(itself, -1e9)
        partner = torch.arange(len(keys), device=keys.device).roll(len(frames))
        return {"contrastive": functional.cross_entropy(likeness, partner)}

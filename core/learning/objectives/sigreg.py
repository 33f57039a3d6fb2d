"""SIGReg: latents that are distributed as a standard normal cannot collapse."""

from core.learning.losses import gaussian_distance, random_directions
from core.learning.objectives.objective import ActJepa, Batch, Losses, Need, Objective

DIRECTIONS = 256
"""Directions along which the latents of a batch are compared; others in every batch."""


class Sigreg(Objective):
    """Distance of the online latents of a batch from an isotropic Gaussian (LeJEPA, 2025).

    LeWorldModel weighs it 0.09 against a mean squared prediction error of 1, without stopped
    gradients and without a moving average.
    """

    terms = ("sigreg",)
    needs = Need.LATENTS

    def loss(self, model: ActJepa, batch: Batch) -> Losses:
        latents = batch.some_latents()
        drawn = random_directions(model.encoder.latent, DIRECTIONS, batch.windows.generator)
        return {"sigreg": gaussian_distance(latents, drawn.to(latents.device))}

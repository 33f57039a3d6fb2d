# ruff: noqa: ARG002  (all objectives are called alike; not each needs the model)
"""Autoencoder: the observation from its own latent."""

from core.learning.heads import probe
from core.learning.losses import masked_mean, observation_distance
from core.learning.objectives.objective import ActJepa, Batch, Losses, Need, Objective


class Reconstruction(Objective):
    """Distance of the decoded latent to the observation."""

    terms = ("reconstruction",)
    needs = Need.LATENTS

    def __init__(self, model: ActJepa) -> None:
        super().__init__(model)
        self.decoder = probe(model.encoder.latent, model.spec.vector_size)

    def loss(self, model: ActJepa, batch: Batch) -> Losses:
        windows, points = batch.windows, batch.points()
        decoded = self.decoder(batch.latents[:, points])
        distance = observation_distance(decoded, windows.observations[:, points].packed)
        return {"reconstruction": masked_mean(distance, windows.valid[:, points])}

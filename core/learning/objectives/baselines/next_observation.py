# ruff: noqa: ARG002  (all objectives are called alike; not each needs the model)
"""Predictive autoencoder: the future as it will be observed."""

from core.learning.heads import probe
from core.learning.losses import masked_mean, mean_of, observation_distance
from core.learning.objectives.objective import ActJepa, Batch, Losses, Need, Objective


class NextObservation(Objective):
    """Mean over k = 1..rollout of the distance of the decoded k-step prediction to what came."""

    terms = ("next_observation",)
    needs = Need.ROLLOUT

    def __init__(self, model: ActJepa) -> None:
        super().__init__(model)
        self.frames_ahead = model.configuration.loss.rollout
        self.decoder = probe(model.encoder.latent, model.spec.vector_size)

    def loss(self, model: ActJepa, batch: Batch) -> Losses:
        windows, rollout = batch.windows, batch.rollout
        assert rollout is not None
        distances = []
        for k, latent in enumerate(rollout):
            after = rollout.steps(k + 1)
            seen = windows.observations[:, after].packed.flatten(0, 1)
            distance = observation_distance(self.decoder(latent), seen)
            distances.append(masked_mean(distance, windows.valid[:, after]))
        return {"next_observation": mean_of(distances)}

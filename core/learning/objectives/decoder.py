"""Decoder: the observation from the belief, for people to look at."""

from core.learning.heads import probe
from core.learning.losses import masked_mean, observation_distance
from core.learning.objectives.objective import ActJepa, Batch, Losses, Need, Objective


class Decoder(Objective):
    """Distance of the decoded belief to the observation."""

    terms = ("decoder",)
    phase = "head"
    shapes_belief = False
    part = "decoder"
    needs = Need.STATES

    def __init__(self, model: ActJepa) -> None:
        super().__init__(model)
        model.decoder = probe(model.belief.known_size, model.spec.vector_size)

    def loss(self, model: ActJepa, batch: Batch) -> Losses:
        windows, points = batch.windows, batch.points()
        decoded = model.decoder(model.belief.known(batch.states[:, points]))
        distance = observation_distance(decoded, windows.observations[:, points].packed)
        return {"decoder": masked_mean(distance, windows.valid[:, points])}

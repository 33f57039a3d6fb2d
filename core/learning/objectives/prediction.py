"""Latent prediction: the future as the target encoder will see it."""

from core.learning.errors import ConfigurationError
from core.learning.losses import latent_distance, masked_mean, mean_of
from core.learning.objectives.objective import ActJepa, Batch, Losses, Need, Objective


class Prediction(Objective):
    """Mean over k = 1..rollout of the distance of the k-step prediction to the target latent."""

    terms = ("prediction",)
    needs = Need.ROLLOUT | Need.TARGETS

    def __init__(self, model: ActJepa) -> None:
        super().__init__(model)
        self.frames_ahead = model.configuration.loss.rollout
        self.targets_of = tuple(range(1, self.frames_ahead + 1))
        self.predicted = slice(None)  # entries of the latent
        modality = model.configuration.target.modalities
        if modality != "all":
            if modality not in model.encoder.parts:
                raise ConfigurationError(
                    f"target.modalities is {modality}, of which the latent has no part of its own; "
                    "set encoder.fusion to separate, or target.modalities to all"
                )
            self.predicted = model.encoder.parts[modality]

    def loss(self, model: ActJepa, batch: Batch) -> Losses:
        settings, rollout = model.configuration.loss, batch.rollout
        assert rollout is not None
        distances = []
        for k, latent in enumerate(rollout):
            # targets begin with the second frame
            target = batch.targets[:, rollout.steps(k)].flatten(0, 1)
            distance = latent_distance(
                latent[..., self.predicted],
                target[..., self.predicted],
                settings.distance,
                settings.reduction,
            )
            exists = batch.windows.valid[:, rollout.steps(k + 1)]
            distances.append(masked_mean(distance, exists))
        return {"prediction": mean_of(distances)}

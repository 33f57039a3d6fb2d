"""An objective: latents of neighbouring frames shall be close."""

from core.learning.batch import Need
from core.learning.losses import masked_mean
from core.learning.objectives import Objective


class Smoothness(Objective):
    """Mean squared change of the latent from one frame to the next."""

    terms = ("smoothness",)
    needs = Need.LATENTS

    def loss(self, model, batch):
        """The term, unweighted; its weight is `loss.extra.smoothness`."""
        latents = batch.latents  # (batch, time, D)
        change = (latents[:, 1:] - latents[:, :-1]).square().mean(dim=-1)
        return {"smoothness": masked_mean(change, batch.windows.valid[:, 1 : latents.shape[1]])}

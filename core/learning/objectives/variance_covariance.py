"""Variance and covariance: every entry of the latent varies, and tells something of its own."""

import torch
from torch import Tensor

from core.learning.objectives.objective import ActJepa, Batch, Losses, Need, Objective

SMALL = 1e-4
"""Added to a variance before its root is taken, as in VICReg."""


class VarianceCovariance(Objective):
    """The regularisation of VICReg (Bardes, Ponce and LeCun 2022, equations 1 to 4).

    ``variance``: mean over the entries of what the standard deviation lacks to 1. ``covariance``:
    sum of the squared covariances of different entries, over their number. The paper weighs them
    25 and 1 against a mean squared distance of 25.
    """

    terms = ("variance", "covariance")
    needs = Need.LATENTS

    def loss(self, model: ActJepa, batch: Batch) -> Losses:  # noqa: ARG002  (as all are called)
        latents = batch.some_latents()
        centred = latents - latents.mean(dim=0)
        covariance = centred.T @ centred / max(1, len(latents) - 1)  # (D, D)
        deviation = (covariance.diagonal() + SMALL).sqrt()
        return {
            "variance": torch.relu(1.0 - deviation).mean(),
            "covariance": _squares_off_diagonal(covariance) / len(covariance),
        }


def _squares_off_diagonal(matrix: Tensor) -> Tensor:
    return matrix.square().sum() - matrix.diagonal().square().sum()

"""Measures of representation collapse, and a flat map of the latent space."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from core.learning.losses import gaussian_distance, random_directions

LOW_STANDARD_DEVIATION = 0.01
"""Mean standard deviation of a latent below which nothing can be told apart."""
LOW_EFFECTIVE_RANK = 1.5
"""Effective rank below which the latent is a line: no task has so few degrees of freedom."""
SINGULAR_VALUES = 32
"""Number of singular values reported at most."""
COMPARED_ROWS, DIRECTIONS = 512, 64
"""Latents, and directions, by which their distribution is compared with a Gaussian."""
CONSTANT = 1e-6
"""Standard deviation below which an entry of the latent correlates with nothing."""


@dataclass(frozen=True)
class CollapseMeasures:
    """How much of its space a representation uses. Immutable; may be passed between threads."""

    standard_deviation: float
    """Standard deviation of the latent over the data, mean over its D entries."""
    effective_rank: float
    """Exponential of the entropy of the normalised singular values, between 1 and D."""
    sigreg: float
    """Distance of the latents from a standard normal distribution (Epps and Pulley's statistic
    along random directions); about 1 where they follow it."""
    correlation: float
    """Mean magnitude of the correlation of two entries of the latent, 0 to 1."""
    singular_values: np.ndarray
    """Largest singular values of the centred latents divided by sqrt(rows), (k,), descending."""
    latent_map: np.ndarray
    """First two principal components of each row, (n, 2)."""
    progress: np.ndarray
    """How far through its episode each row is, (n,) in [0, 1]."""
    alarm: str | None
    """Advice when the representation collapses, else None."""


def effective_rank(singular_values: Tensor) -> float:
    """exp(-sum p log p) with p the singular values over their sum (Roy & Vetterli, 2007, eq. 5).

    0 for a matrix of zeros.
    """
    values = singular_values.double()
    total = float(values.sum())
    if total <= 0.0:
        return 0.0
    p = values / total
    p = p[p > 0]
    return float(torch.exp(-(p * p.log()).sum()))


def measure_collapse(latents: Tensor, progress: Tensor) -> CollapseMeasures:
    """Measures of `latents` (rows, D), which lie `progress` (rows,) through their episodes."""
    rows = latents.shape[0]
    centred = (latents - latents.mean(dim=0)).double().cpu()
    deviation = float(centred.square().mean(dim=0).sqrt().mean())
    # eigenvectors of the D x D covariance cost less than a decomposition of all rows
    covariance = centred.T @ centred / rows
    values, vectors = torch.linalg.eigh(covariance)
    singular = values.flip(0).clamp(min=0.0).sqrt()
    axes = vectors.flip(1)[:, :2]  # (D, 2)
    if axes.shape[1] < 2:
        axes = torch.nn.functional.pad(axes, (0, 2 - axes.shape[1]))
    # a principal axis has no sign of its own: fix it, so that the map does not flip while it moves
    signs = torch.sign(axes.gather(0, axes.abs().argmax(dim=0, keepdim=True)))
    rank = effective_rank(singular)
    return CollapseMeasures(
        standard_deviation=deviation,
        effective_rank=rank,
        sigreg=_gaussian_distance(latents),
        correlation=_correlation(covariance),
        singular_values=singular[:SINGULAR_VALUES].numpy().astype(np.float32),
        latent_map=(centred @ (axes * signs)).numpy().astype(np.float32),
        progress=progress.cpu().numpy().astype(np.float32),
        alarm=_alarm(deviation, rank),
    )


def _gaussian_distance(latents: Tensor) -> float:
    """The statistic of at most `COMPARED_ROWS` of the latents, along the same directions always."""
    chosen = torch.linspace(0, len(latents) - 1, min(len(latents), COMPARED_ROWS)).long()
    generator = torch.Generator().manual_seed(0)
    directions = random_directions(latents.shape[1], DIRECTIONS, generator)
    return float(gaussian_distance(latents.float().cpu()[chosen], directions))


def _correlation(covariance: Tensor) -> float:
    """Mean magnitude of the correlations off the diagonal of a covariance (D, D)."""
    deviations = covariance.diagonal().clamp(min=0.0).sqrt()
    varies = deviations > CONSTANT
    count = int(varies.sum())
    if count < 2:
        return 0.0
    chosen = covariance[varies][:, varies]
    correlations = chosen / torch.outer(deviations[varies], deviations[varies])
    return float((correlations.abs().sum() - count) / (count * (count - 1)))


def _alarm(deviation: float, rank: float) -> str | None:
    if not np.isfinite(deviation) or deviation < LOW_STANDARD_DEVIATION:
        return (
            f"the latent is collapsing (standard deviation {deviation:.3g}): raise tau, set "
            "encoder.normalisation to 'layer' or 'batch', or give inverse dynamics weight"
        )
    if rank < LOW_EFFECTIVE_RANK:
        return (
            f"the latent is collapsing to a line (effective rank {rank:.2f}): set "
            "encoder.normalisation to 'batch', or give inverse dynamics weight"
        )
    return None

"""Measures of representation collapse, and a flat map of the latent space."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

LOW_STANDARD_DEVIATION = 0.01
"""Mean standard deviation of a latent below which nothing can be told apart."""
LOW_EFFECTIVE_RANK = 1.5
"""Effective rank below which the latent is a line: no task has so few degrees of freedom."""
SINGULAR_VALUES = 32
"""Number of singular values reported at most."""


@dataclass(frozen=True)
class CollapseMeasures:
    """How much of its space a representation uses. Immutable; may be passed between threads."""

    standard_deviation: float
    """Standard deviation of the latent over the data, mean over its D entries."""
    effective_rank: float
    """Exponential of the entropy of the normalised singular values, between 1 and D."""
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
    values, vectors = torch.linalg.eigh(centred.T @ centred / rows)
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
        singular_values=singular[:SINGULAR_VALUES].numpy().astype(np.float32),
        latent_map=(centred @ (axes * signs)).numpy().astype(np.float32),
        progress=progress.cpu().numpy().astype(np.float32),
        alarm=_alarm(deviation, rank),
    )


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

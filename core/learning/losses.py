"""Loss functions, each a few lines of mathematics on tensors with a mask."""

import torch
from torch import Tensor
from torch.nn import functional

OBSERVATION_CLIP = 5.0
"""Largest normalised value that a decoder is asked for. A feature that hardly varies in the data
becomes tens of its standard deviations when a scene is turned, and would be all that counts."""
LENGTH_FLOOR = 1e-6
"""Smallest length that a latent is divided by."""
LARGEST_FREQUENCY, FREQUENCIES = 3.0, 17
"""Where characteristic functions are compared, as in the LeJEPA authors' code."""


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Mean of `values` where `mask` (same shape) is True; 0 where nothing is."""
    weights = mask.flatten().to(values.dtype)
    # divided before the product, where no gradient has to follow
    return torch.dot(values.flatten(), weights / weights.sum().clamp(min=1.0))


def mean_of(losses: list[Tensor]) -> Tensor:
    """Mean of several losses (); a single one as it is, without two operations more."""
    return losses[0] if len(losses) == 1 else torch.stack(losses).mean()


def latent_distance(predicted: Tensor, target: Tensor, kind: str, reduction: str) -> Tensor:
    """Squared distance between latents (..., D), one number for each: (...).

    ``plain``: (p - t)^2. ``l2``: both divided by their Euclidean length first. ``layer``: both
    brought to zero mean and unit variance over D first. `reduction` over D: ``mean`` or ``sum``.
    Whether the target is a constant is for the caller to say.
    """
    if kind == "l2":
        predicted = functional.normalize(predicted, dim=-1, eps=LENGTH_FLOOR)
        target = functional.normalize(target, dim=-1, eps=LENGTH_FLOOR)
    elif kind == "layer":
        size = predicted.shape[-1:]
        predicted = functional.layer_norm(predicted, size)
        target = functional.layer_norm(target, size)
    squares = (predicted - target).square()
    return squares.sum(dim=-1) if reduction == "sum" else squares.mean(dim=-1)


def observation_distance(decoded: Tensor, seen: Tensor) -> Tensor:
    """Mean squared difference of normalised observations (..., O), one number for each: (...).

    What was seen counts up to `OBSERVATION_CLIP`.
    """
    wanted = seen.clamp(-OBSERVATION_CLIP, OBSERVATION_CLIP)
    return (decoded - wanted).square().mean(dim=-1)


def action_distance(predicted: Tensor, target: Tensor, kind: str) -> Tensor:
    """Distance between actions (..., A), mean over A: absolute (``l1``) or squared (``mse``)."""
    difference = predicted - target
    values = difference.abs() if kind == "l1" else difference.square()
    return values.mean(dim=-1)


def gripper_distance(logit: Tensor, target: Tensor) -> Tensor:
    """Binary cross-entropy of the gripper logit (...) against the sign of the command (...)."""
    closed = (target > 0).to(logit.dtype)
    return functional.binary_cross_entropy_with_logits(logit, closed, reduction="none")


def gaussian_distance(latents: Tensor, directions: Tensor) -> Tensor:
    """Distance of the distribution of `latents` (n, D) from a standard normal one, ().

    Sketched isotropic Gaussian regularisation (SIGReg; Balestriero and LeCun 2025, "LeJEPA",
    algorithm 1). The statistic of Epps and Pulley (1983) compares characteristic functions,
    n * integral |mean exp(i t x) - exp(-t^2 / 2)|^2 exp(-t^2 / 2) dt, along each of the unit
    vectors `directions` (D, m); the mean over them is returned. The integral is a trapezoid over
    [0, 3], doubled since the integrand is even. About 1 for n draws of a standard normal.
    """
    t = torch.linspace(0.0, LARGEST_FREQUENCY, FREQUENCIES, device=latents.device)
    expected = torch.exp(-0.5 * t.square())
    angles = (latents @ directions)[..., None] * t  # (n, m, frequencies)
    real, imaginary = angles.cos().mean(dim=0), angles.sin().mean(dim=0)
    error = (real - expected).square() + imaginary.square()
    return len(latents) * 2.0 * torch.trapezoid(error * expected, t, dim=-1).mean()


def random_directions(size: int, count: int, generator: torch.Generator) -> Tensor:
    """Unit vectors of `size` entries, (size, count)."""
    return functional.normalize(torch.randn(size, count, generator=generator), dim=0)

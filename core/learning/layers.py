"""Building blocks shared by the networks."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "gelu": nn.GELU}
"""Nonlinearities by name."""


def perceptron(
    inputs: int, hidden: Sequence[int], outputs: int, activation: str = "relu"
) -> nn.Sequential:
    """Linear layers of widths `hidden` with `activation` between, (..., inputs) to (..., outputs).

    The last layer is linear; with no hidden widths the whole is one linear layer.
    """
    layers: list[nn.Module] = []
    width = inputs
    for next_width in hidden:
        layers += [nn.Linear(width, next_width), ACTIVATIONS[activation]()]
        width = next_width
    layers.append(nn.Linear(width, outputs))
    return nn.Sequential(*layers)


class LatentNorm(nn.Module):
    """Normalisation of a latent (..., D): ``none``, ``layer`` or ``batch`` over leading dims."""

    def __init__(self, kind: str, size: int) -> None:
        super().__init__()
        self.kind = kind
        self.norm: nn.Module = nn.Identity()
        if kind == "layer":
            self.norm = nn.LayerNorm(size)
        elif kind == "batch":
            self.norm = nn.BatchNorm1d(size)

    def forward(self, latent: Tensor) -> Tensor:
        if self.kind == "batch":
            flat = latent.reshape(-1, latent.shape[-1])  # (rows, D)
            normalised: Tensor = self.norm(flat)
            return normalised.reshape(latent.shape)
        result: Tensor = self.norm(latent)
        return result


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """`model` in evaluation mode and without gradients; afterwards every part's mode is put back.

    What is frozen stays in evaluation mode while the rest is trained, so that one mode for all
    would not do.
    """
    was_training = {module: module.training for module in model.modules()}
    model.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for module, training in was_training.items():
            module.training = training

"""Parameters that lie side by side in one tensor, so that one operation reaches them all."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class FlatParameters:
    """Makes parameters, and their gradients, views of two flat tensors.

    With small networks the number of operations is what costs: optimiser, gradient clipping and
    clearing become one each instead of one or ten for every layer. Owns the flat tensors; the
    modules keep their parameters, whose storage has moved.
    """

    def __init__(self, parameters: Sequence[nn.Parameter]) -> None:
        self.parameters = list(parameters)
        first = self.parameters[0]
        size = sum(p.numel() for p in self.parameters)
        values = torch.empty(size, dtype=first.dtype, device=first.device)
        self.gradients = torch.zeros_like(values)
        """All gradients (size,)."""
        start = 0
        for parameter in self.parameters:
            end = start + parameter.numel()
            view = values[start:end].view_as(parameter)
            view.copy_(parameter.detach())
            parameter.data = view
            parameter.grad = self.gradients[start:end].view_as(parameter)
            start = end
        self.values = nn.Parameter(values)
        """All weights (size,), what the optimiser is given."""
        self.values.grad = self.gradients

    def clear_gradients(self) -> None:
        """Set all gradients to zero, keeping their storage."""
        self.gradients.zero_()

    def clip_gradients(self, largest: float) -> None:
        """Scale all gradients together so that their length is at most `largest`."""
        length: Tensor = torch.linalg.vector_norm(self.gradients)
        self.gradients.mul_((largest / (length + 1e-6)).clamp(max=1.0))

"""Adam with gradients clipped over all weights together, and a state that can be saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn


class Optimiser:
    """`torch.optim.AdamW` in one call; without weight decay it is Adam.

    Gradients longer than `largest_gradient` over all weights together are shortened to it; 0:
    never. Owns the averages of every parameter.
    """

    def __init__(
        self, parameters: Sequence[nn.Parameter], weight_decay: float, largest_gradient: float
    ) -> None:
        self.parameters = list(parameters)
        self.largest_gradient = largest_gradient
        self.adam = torch.optim.AdamW(self.parameters, weight_decay=weight_decay, fused=True)

    def clear_gradients(self) -> None:
        """Drop all gradients: without one there, backward hands its own over."""
        self.adam.zero_grad()

    def step(self, learning_rate: float) -> None:
        """One update of all parameters that have a gradient."""
        gradients = [p.grad for p in self.parameters if p.grad is not None]
        if gradients and self.largest_gradient:
            length = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
            # the kernel divides by it on its way: one pass less than clip_grad_norm_
            divisor = (length / self.largest_gradient).clamp_(min=1.0)
            self.adam.grad_scale = divisor  # type: ignore[attr-defined]  # as a GradScaler does
        self.adam.param_groups[0]["lr"] = learning_rate
        self.adam.step()

    def state(self) -> dict[str, Tensor]:
        """Copies of the averages and counts by name and index of the parameter."""
        return {
            f"{name}.{i}": value.clone()
            for i, parameter in enumerate(self.parameters)
            for name, value in self.adam.state.get(parameter, {}).items()
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Put back what `state` returned; raises `IndexError` if the parameters do not match."""
        self.adam.state.clear()
        for key, value in tensors.items():
            name, _, index = key.rpartition(".")
            parameter = self.parameters[int(index)]
            if value.shape not in (parameter.shape, ()):
                raise IndexError(key)
            self.adam.state[parameter][name] = value.clone().to(parameter.device)

"""Adam in one call: every weight, its clipped gradient and its averages in a single pass.

`torch.optim.Adam(fused=True)` uses the same kernel, and spends as long again on the bookkeeping of
parameter groups that this program does not have; clipping gradients first is one more pass over
all of them. With networks this small both are felt (`bench_training.py`).
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

BETAS = (0.9, 0.999)
"""Decay of the averages of gradients and of their squares."""
EPSILON = 1e-8
"""Added to the root of the average square."""


class Adam:
    """Adam (Kingma and Ba 2015), with decoupled weight decay AdamW (Loshchilov and Hutter 2019).

    Owns the averages of every parameter and the count of updates. Gradients longer than
    `largest_gradient` over all weights together are shortened to it; 0: never.
    """

    def __init__(
        self, parameters: Sequence[nn.Parameter], weight_decay: float, largest_gradient: float
    ) -> None:
        self.parameters = list(parameters)
        self.weight_decay = weight_decay
        self.largest_gradient = largest_gradient
        device = self.parameters[0].device
        self.count = torch.zeros((), device=device)
        self.averages = [torch.zeros_like(p, requires_grad=False) for p in self.parameters]
        self.squares = [torch.zeros_like(p, requires_grad=False) for p in self.parameters]
        self._values = [p.detach() for p in self.parameters]  # the same memory, outside autograd
        self._update = torch._fused_adamw_ if weight_decay else torch._fused_adam_

    def clear_gradients(self) -> None:
        """Drop all gradients: without one there, backward hands its own over."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """One update of all parameters that have a gradient."""
        if all(p.grad is None for p in self.parameters):
            return
        found = [(i, p.grad) for i, p in enumerate(self.parameters) if p.grad is not None]
        at, gradients = [i for i, _ in found], [gradient for _, gradient in found]
        divisor = None
        if self.largest_gradient:
            length = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
            divisor = (length / self.largest_gradient).clamp_(min=1.0)
        self.count += 1
        self._update(
            [self._values[i] for i in at],
            gradients,
            [self.averages[i] for i in at],
            [self.squares[i] for i in at],
            [],
            [self.count] * len(at),
            lr=learning_rate,
            beta1=BETAS[0],
            beta2=BETAS[1],
            weight_decay=self.weight_decay,
            eps=EPSILON,
            amsgrad=False,
            maximize=False,
            grad_scale=divisor,
        )

    def state(self) -> dict[str, Tensor]:
        """Copies of averages and count by name."""
        tensors = {"count": self.count.clone()}
        for name, values in (("average", self.averages), ("square", self.squares)):
            tensors |= {f"{name}.{i}": value.clone() for i, value in enumerate(values)}
        return tensors

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Put back what `state` returned; raises `KeyError` if the parameters do not match."""
        self.count.copy_(tensors["count"])
        for name, values in (("average", self.averages), ("square", self.squares)):
            for i, value in enumerate(values):
                saved = tensors[f"{name}.{i}"]
                if saved.shape != value.shape:
                    raise KeyError(f"{name}.{i}")
                value.copy_(saved)

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
        self._apart: dict[int, Tensor] = {}  # gradients of some losses, by their parameter
        self._values = [p.detach() for p in self.parameters]  # the same memory, outside autograd
        self._update = torch._fused_adamw_ if weight_decay else torch._fused_adam_

    def clear_gradients(self) -> None:
        """Drop all gradients: without one there, backward hands its own over."""
        for parameter in self.parameters:
            parameter.grad = None

    @torch.no_grad()
    def set_apart(self) -> None:
        """Shorten the gradients found so far, and keep them for the next step.

        The step adds them to what is found later, shortened likewise. Neither then takes the
        place of the other in one gradient of limited length.
        """
        self._apart = self._shortened(self._found())
        self.clear_gradients()

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """One update of all parameters that have a gradient."""
        found, divisor = self._found(), None
        if self._apart:
            found, apart = self._shortened(found), self._apart
            found |= {i: g + found[i] if i in found else g for i, g in apart.items()}
            self._apart = {}
        elif found:
            divisor = self._divisor(found)
        if not found:
            return
        at, gradients = list(found), list(found.values())
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

    def _found(self) -> dict[int, Tensor]:
        """The gradients that there are, by their parameter."""
        return {i: p.grad for i, p in enumerate(self.parameters) if p.grad is not None}

    def _divisor(self, gradients: Mapping[int, Tensor]) -> Tensor | None:
        """By what `gradients` are divided, () at least 1; None: they may be of any length."""
        if not self.largest_gradient:
            return None
        lengths = torch._foreach_norm(list(gradients.values()))
        length = torch.linalg.vector_norm(torch.stack(lengths))
        return (length / self.largest_gradient).clamp_(min=1.0)

    def _shortened(self, gradients: dict[int, Tensor]) -> dict[int, Tensor]:
        divisor = self._divisor(gradients) if gradients else None
        return gradients if divisor is None else {i: g / divisor for i, g in gradients.items()}

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

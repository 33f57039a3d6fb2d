"""A gated recurrent unit over a window, with a backward pass that suits a CPU.

`torch.nn.GRU` multiplies for the weights' gradient at every time step; for the small batches of
this program those many small products take most of a training step. Here the gradients of all steps
are gathered and multiplied once. Results equal `torch.nn.GRU`'s up to rounding.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class _Unrolled(torch.autograd.Function):
    """h_t = n + z (h_{t-1} - n), from zero, with r, z = sigmoid(x + W h + b) and
    n = tanh(x_n + r (W_n h + b_n)); x is already projected (time, batch, 3 H)."""

    @staticmethod
    def forward(ctx: Any, projected: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        time, batch, width = projected.shape
        h_size = width // 3
        gates = torch.empty(time, batch, 2 * h_size)  # r, z
        candidates = torch.empty(time, batch, h_size)  # n
        recurrent = torch.empty(time, batch, h_size)  # W_n h + b_n
        states = torch.zeros(time + 1, batch, h_size)
        transposed = weight.t()
        for t in range(time):
            h = states[t]
            from_h = torch.addmm(bias, h, transposed)  # (batch, 3 H)
            rz = torch.add(projected[t, :, : 2 * h_size], from_h[:, : 2 * h_size], out=gates[t])
            rz.sigmoid_()
            recurrent[t] = from_h[:, 2 * h_size :]
            n = torch.addcmul(
                projected[t, :, 2 * h_size :], rz[:, :h_size], recurrent[t], out=candidates[t]
            )
            n.tanh_()
            torch.lerp(n, h, rz[:, h_size:], out=states[t + 1])
        ctx.save_for_backward(gates, candidates, recurrent, states, weight)
        return states[1:]

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> tuple[Tensor, Tensor, Tensor]:
        (outer,) = gradients  # (time, batch, H)
        gates, n, recurrent, states, weight = ctx.saved_tensors
        time, batch, h_size = n.shape
        r, z = gates[..., :h_size], gates[..., h_size:]
        before = states[:-1]
        # everything that does not depend on the gradient is worked out for all steps at once
        to_n = (1.0 - z) * (1.0 - n.square())
        to_z = (before - n) * z * (1.0 - z)
        to_r = recurrent * r * (1.0 - r)
        inner = torch.empty(time, batch, 3 * h_size)  # gradient of W h + b
        of_n = torch.empty(time, batch, h_size)  # gradient of the candidate's input
        g = torch.zeros(batch, h_size)
        for t in range(time - 1, -1, -1):
            g = g + outer[t]
            d = torch.mul(g, to_n[t], out=of_n[t])
            torch.mul(d, to_r[t], out=inner[t, :, :h_size])
            torch.mul(g, to_z[t], out=inner[t, :, h_size : 2 * h_size])
            torch.mul(d, r[t], out=inner[t, :, 2 * h_size :])
            g = torch.addmm(g * z[t], inner[t], weight)
        flat = inner.view(time * batch, -1)
        weight_gradient = flat.t() @ before.reshape(time * batch, h_size)
        bias_gradient = flat.sum(dim=0)
        projected_gradient = torch.cat((inner[..., : 2 * h_size], of_n), dim=-1)
        return projected_gradient, weight_gradient, bias_gradient


def unroll_gru(gru: nn.GRU, inputs: Tensor) -> Tensor:
    """Hidden states (batch, time, H) of a one-layer `gru` over `inputs` (batch, time, I).

    The state begins at zero. Other devices than the CPU use their own kernels.
    """
    if inputs.device.type != "cpu":
        states, _ = gru(inputs)
        return states
    weight_in, weight, bias_in, bias = gru.all_weights[0]
    projected = functional.linear(inputs.transpose(0, 1), weight_in, bias_in)
    result: Tensor = _Unrolled.apply(projected, weight, bias)
    return result.transpose(0, 1)

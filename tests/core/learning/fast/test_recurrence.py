"""The unrolled recurrence equals torch's own, in values and in gradients."""

import torch

from core.learning.fast.recurrence import unroll_gru


def test_values_and_gradients_equal_those_of_torch():
    torch.manual_seed(0)
    gru = torch.nn.GRU(5, 7, batch_first=True)
    x = torch.randn(3, 11, 5)
    outer = torch.randn(3, 11, 7)
    results = []
    for unroll in (lambda v: gru(v)[0], lambda v: unroll_gru(gru, v)):
        gru.zero_grad()
        inputs = x.clone().requires_grad_()
        states = unroll(inputs)
        (states * outer).sum().backward()
        results.append([states, inputs.grad, *(p.grad.clone() for p in gru.parameters())])
    for expected, given in zip(*results, strict=True):
        torch.testing.assert_close(given, expected, atol=1e-5, rtol=1e-4)

"""The optimiser equals torch's Adam after torch's own clipping."""

import pytest
import torch
from torch import nn

from core.learning.fast.optimiser import Adam


def parameters() -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(0)
    return [nn.Parameter(torch.randn(*size, generator=generator)) for size in ((4, 3), (4,), (2,))]


@pytest.mark.parametrize("largest", [0.0, 0.5, 100.0])
@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_values_equal_those_of_torch(largest, decay):
    mine, theirs = parameters(), parameters()
    optimiser = Adam(mine, decay, largest)
    kind = torch.optim.AdamW if decay else torch.optim.Adam
    plain = kind(theirs, lr=0.01, weight_decay=decay)
    generator = torch.Generator().manual_seed(1)
    for _ in range(5):
        for ours, other in zip(mine[:2], theirs[:2], strict=True):  # the last never has a gradient
            ours.grad = torch.randn(ours.shape, generator=generator)
            other.grad = ours.grad.clone()
        if largest:
            nn.utils.clip_grad_norm_(theirs, largest)
        optimiser.step(0.01)
        plain.step()
    for ours, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(ours, other, atol=1e-6, rtol=1e-5)
    assert torch.equal(mine[2], parameters()[2])


def test_gradients_set_apart_are_shortened_by_themselves_and_added():
    mine, theirs = parameters(), parameters()
    optimiser, plain = Adam(mine, 0.0, 0.5), torch.optim.Adam(theirs, lr=0.01)
    generator = torch.Generator().manual_seed(1)
    for _ in range(3):
        sums: list[torch.Tensor | None] = [None, None, None]
        for part, places in enumerate(((0, 1), (1, 2))):  # one is in both, one in either
            for place in places:
                gradient = (1 + 9 * part) * torch.randn(mine[place].shape, generator=generator)
                mine[place].grad, theirs[place].grad = gradient, gradient.clone()
            nn.utils.clip_grad_norm_([theirs[place] for place in places], 0.5)
            for place in places:
                held, new = sums[place], theirs[place].grad
                sums[place] = new if held is None else held + new
                theirs[place].grad = None
            if part == 0:
                optimiser.set_apart()
        for parameter, gradient in zip(theirs, sums, strict=True):
            parameter.grad = gradient
        optimiser.step(0.01)
        optimiser.clear_gradients()
        plain.step()
    for ours, other in zip(mine, theirs, strict=True):
        torch.testing.assert_close(ours, other, atol=1e-6, rtol=1e-5)


def test_a_state_of_other_parameters_is_refused():
    optimiser = Adam(parameters(), 0.0, 1.0)
    fewer = Adam(parameters()[:1], 0.0, 1.0).state()
    wider = optimiser.state() | {"average.0": torch.zeros(5)}
    for wrong in (fewer, wider):
        with pytest.raises(KeyError):
            optimiser.restore(wrong)


def test_nothing_happens_without_gradients():
    mine = parameters()
    optimiser = Adam(mine, 0.0, 1.0)
    optimiser.step(0.1)
    assert all(torch.equal(a, b) for a, b in zip(mine, parameters(), strict=True))
    assert optimiser.state()["count"] == 0

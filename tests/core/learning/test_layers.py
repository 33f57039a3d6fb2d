"""A perceptron is its layers, called one after the other."""

from copy import deepcopy

import pytest
import torch
from torch import nn

from core.learning.layers import perceptron


@pytest.mark.parametrize("activation", ["relu", "gelu"])
@pytest.mark.parametrize("hidden", [(), (8,), (8, 6)])
def test_a_perceptron_equals_its_layers(activation, hidden):
    network = perceptron(5, hidden, 3, activation)
    x, aim = torch.randn(4, 7, 5), torch.randn(4, 7, 3)
    gradients = []
    for call in (network, nn.Sequential(*network)):
        network.zero_grad()
        (call(x) - aim).square().sum().backward()
        gradients.append([p.grad.clone() for p in network.parameters()])
    assert torch.equal(network(x), nn.Sequential(*network)(x))
    for mine, theirs in zip(*gradients, strict=True):
        assert torch.equal(mine, theirs)


def test_a_copy_computes_with_its_own_weights():
    network = perceptron(5, (8,), 3)
    copy, x = deepcopy(network), torch.randn(4, 5)
    before = network(x).detach()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1.0)
    assert torch.equal(copy(x), before)
    copy.load_state_dict(network.state_dict())
    assert torch.equal(copy(x), network(x))
    assert not torch.equal(copy(x), before)


def test_what_is_given_is_not_changed():
    network = perceptron(5, (8,), 3)
    x = torch.randn(4, 5)
    kept = x.clone()
    network(x)
    assert torch.equal(x, kept)

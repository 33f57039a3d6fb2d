"""A perceptron has the layers that were asked for, and changes nothing that it is given."""

import pytest
import torch
from torch import nn

from core.learning.layers import perceptron


@pytest.mark.parametrize(("activation", "kind"), [("relu", nn.ReLU), ("gelu", nn.GELU)])
@pytest.mark.parametrize("hidden", [(), (8,), (8, 6)])
def test_a_perceptron_has_its_layers(activation, kind, hidden):
    layers = list(perceptron(5, hidden, 3, activation))
    linear, between = layers[::2], layers[1::2]
    assert [each.in_features for each in linear] == [5, *hidden]
    assert [each.out_features for each in linear] == [*hidden, 3]
    assert all(isinstance(each, nn.Linear) for each in linear)
    assert [type(each) for each in between] == [kind] * len(hidden)


def test_what_is_given_is_not_changed():
    network = perceptron(5, (8,), 3)
    x = torch.randn(4, 5)
    kept = x.clone()
    network(x)
    assert torch.equal(x, kept)

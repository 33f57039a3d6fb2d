"""Courses imagined together equal those that the model imagines one step after the other."""

from dataclasses import replace

import pytest
import torch

from core.learning import Trainer
from core.learning.beliefs import GivenBelief
from core.learning.fast.imagination import Imagination

GRU, STACK = {"kind": "gru"}, {"kind": "stack"}


@pytest.mark.parametrize(
    ("belief", "predictor", "unrolled"),
    [
        (GRU, {}, True),
        (GRU, {"hidden": (), "residual": False}, True),
        (GRU, {"activation": "gelu", "hidden": (24, 20, 12)}, True),
        (GRU, {"actions": False}, True),
        ({"kind": "gru", "see_latent": False}, {}, False),
        (GRU, {"combination": "film"}, False),
        (STACK, {}, False),
    ],
)
def test_latents_equal_those_of_the_model(
    belief, predictor, unrolled, small_configuration, dataset
):
    c = small_configuration()
    c = replace(c, belief=replace(c.belief, **belief), predictor=replace(c.predictor, **predictor))
    trainer = Trainer(dataset, c, "cpu")
    trainer.update()
    model = trainer.model
    assert Imagination(model).unrolled == unrolled
    given = compared(model)  # (4, 3, 5, D)
    if predictor.get("actions", True):
        assert not torch.allclose(given[0, :, 0], given[0, :, 1], atol=1e-4)


def test_what_a_belief_is_given_takes_no_part(small_configuration, dataset):
    model = Trainer(dataset, small_configuration(), "cpu").model
    model.belief = GivenBelief(model.belief, 3)
    assert Imagination(model).unrolled
    compared(model)


def compared(model):
    """Latents (4, 3, 5, D) of 5 courses of 4 steps from each of 3 states, equal to the model's."""
    torch.manual_seed(0)
    state, actions = torch.rand(3, model.belief.state_size), torch.randn(3, 5, 4, 7)
    with torch.no_grad():
        expected, _ = model.imagine(state.repeat_interleave(5, dim=0), actions.flatten(0, 1))
    given = Imagination(model).latents(state, actions)
    assert given.shape[:3] == (4, 3, 5)
    torch.testing.assert_close(given.movedim(0, 2).flatten(0, 1), expected, atol=1e-5, rtol=1e-4)
    return given

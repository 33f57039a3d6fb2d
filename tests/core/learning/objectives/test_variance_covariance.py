"""Variance and covariance terms: their formulas, and what they do to a latent."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from core.learning import Trainer, measure_collapse
from core.learning.objectives.variance_covariance import VarianceCovariance


def losses_of(latents):
    objective = VarianceCovariance.__new__(VarianceCovariance)
    losses = objective.loss(None, SimpleNamespace(some_latents=lambda: latents))
    return {name: float(value) for name, value in losses.items()}


def test_the_formulas_on_numbers_that_are_known():
    # standard deviations 2 and 0.5, covariance 0.6 [n - 1]
    latents = torch.tensor([[2.0, 0.0], [-2.0, 0.0], [0.0, 0.5], [0.0, -0.5]]) * (3**0.5 / 2**0.5)
    found = losses_of(latents)
    assert found["variance"] == pytest.approx(0.5 * (1 - 0.5), abs=1e-3)
    assert found["covariance"] == pytest.approx(0.0, abs=1e-6)
    one = torch.tensor([[1.0, 1.0], [-1.0, -1.0]])  # both covariances are 2
    assert losses_of(one)["covariance"] == pytest.approx((4 + 4) / 2)
    assert losses_of(torch.ones(5, 3)) == {"variance": pytest.approx(0.99), "covariance": 0.0}


def test_they_spread_the_latent_and_uncorrelate_its_entries(small_configuration, dataset):
    measured = []
    for weights in ((0.0, 0.0), (5.0, 0.0), (5.0, 20.0)):
        c = small_configuration(steps=150, batch=16)
        c = replace(c, loss=replace(c.loss, variance=weights[0], covariance=weights[1]))
        trainer = Trainer(dataset, c, "cpu")
        while not trainer.finished:
            trainer.update()
        with torch.no_grad():
            latents = trainer.model.encode(dataset.demonstrations.observations)
        measured.append(measure_collapse(latents, torch.zeros(len(latents))))
    without, spread, both = measured
    assert spread.standard_deviation > 1.3 * without.standard_deviation
    assert both.correlation < 0.8 * spread.correlation
    assert both.effective_rank > spread.effective_rank

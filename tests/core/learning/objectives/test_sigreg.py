"""SIGReg: the statistic knows a Gaussian, and keeps latents apart where nothing else does."""

from dataclasses import replace

import pytest
import torch

from core.learning import Trainer, measure_collapse
from core.learning.losses import gaussian_distance, random_directions


def draws(count=2000, size=8, seed=0):
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed))


def directions(size=8):
    return random_directions(size, 64, torch.Generator().manual_seed(1))


def test_directions_have_unit_length():
    assert torch.allclose(directions().norm(dim=0), torch.ones(64))


def test_the_statistic_agrees_with_its_integral():
    """One direction, three draws: n * integral |phi_n - phi|^2 phi, on a fine grid."""
    x = torch.tensor([[-0.5], [0.2], [1.7]])
    t = torch.linspace(-3.0, 3.0, 20001, dtype=torch.float64)
    empirical = torch.exp(1j * x.double() * t).mean(dim=0)
    normal = torch.exp(-0.5 * t.square())
    expected = 3 * torch.trapezoid((empirical - normal).abs().square() * normal, t)
    assert float(gaussian_distance(x, torch.ones(1, 1))) == pytest.approx(float(expected), rel=0.01)


def test_it_is_small_for_a_standard_normal_and_large_for_everything_else():
    normal = draws()
    assert 0.3 < float(gaussian_distance(normal, directions())) < 2.0
    line = normal[:, :1].expand(-1, 8)
    for other in (0.5 * normal, normal + 1.0, normal.sign(), line, torch.zeros_like(normal)):
        assert float(gaussian_distance(other, directions())) > 5.0


def without_target(configuration, sigreg, steps=250):
    """As LeWorldModel is trained: no stopped gradient, no moving average, prediction alone."""
    c = configuration(steps=steps, rotation=0.0, translation=0.0, mirror=False, batch=16)
    return replace(
        c,
        target=replace(c.target, stop_gradient=False, tau=0.0, final_tau=0.0),
        loss=replace(c.loss, inverse_dynamics=0.0, action=0.0, gripper=0.0, sigreg=sigreg),
    )


def test_it_prevents_collapse_without_a_target_encoder(small_configuration, dataset):
    measured = {}
    for weight in (0.0, 0.09):
        trainer = Trainer(dataset, without_target(small_configuration, weight), "cpu")
        while not trainer.finished:
            trainer.update()
        model = trainer.model
        with torch.no_grad():
            latents = model.encode(dataset.demonstrations.observations)
            assert torch.equal(latents, model.encode_target(dataset.demonstrations.observations)), (
                "a tau of 0 keeps nothing"
            )
        measured[weight] = measure_collapse(latents, torch.zeros(len(latents)))
    assert measured[0.09].standard_deviation > 3 * measured[0.0].standard_deviation
    assert measured[0.09].sigreg < 0.5 * measured[0.0].sigreg

"""Collapse measures on matrices whose answer is known."""

import math

import numpy as np
import pytest
import torch

from core.learning import effective_rank, measure_collapse


def orthogonal_columns(*deviations: float) -> torch.Tensor:
    """Rows whose covariance is diagonal with these standard deviations."""
    eye = torch.diag(torch.tensor(deviations, dtype=torch.float64)) * math.sqrt(len(deviations))
    return torch.cat((eye, -eye)).float()


def progress(rows: torch.Tensor) -> torch.Tensor:
    return torch.linspace(0, 1, len(rows))


def test_effective_rank_of_equal_singular_values_is_their_number():
    assert effective_rank(torch.ones(6)) == pytest.approx(6.0)
    assert effective_rank(torch.tensor([4.0, 0.0, 0.0])) == pytest.approx(1.0)
    assert effective_rank(torch.zeros(3)) == 0.0
    # p = (3/4, 1/4): exp(-(3/4 ln 3/4 + 1/4 ln 1/4))
    assert effective_rank(torch.tensor([3.0, 1.0])) == pytest.approx(1.7548, abs=1e-4)


def test_measures_of_a_known_covariance():
    latents = orthogonal_columns(3.0, 1.0)
    measures = measure_collapse(latents + 7.0, progress(latents))
    np.testing.assert_allclose(measures.singular_values, [3.0, 1.0], rtol=1e-5)
    assert measures.standard_deviation == pytest.approx(2.0, rel=1e-5)
    assert measures.effective_rank == pytest.approx(1.7548, abs=1e-4)
    # the principal axes are the coordinate axes: the map is the data without its mean
    np.testing.assert_allclose(np.abs(measures.latent_map), latents.abs().numpy(), atol=1e-5)
    assert measures.alarm is None


def test_the_map_does_not_flip_when_the_data_moves_a_little():
    torch.manual_seed(0)
    latents = torch.randn(200, 8) * torch.tensor([5, 3, 1, 1, 1, 1, 1, 1.0])
    first = measure_collapse(latents, progress(latents)).latent_map
    second = measure_collapse(latents + 0.01 * torch.randn(200, 8), progress(latents)).latent_map
    assert np.abs(first - second).max() < 0.5


def test_collapse_raises_an_alarm_with_advice():
    point = torch.zeros(50, 8) + 1e-5 * torch.randn(50, 8)
    assert "raise tau" in str(measure_collapse(point, progress(point)).alarm)
    line = torch.randn(50, 1) * torch.ones(1, 8)
    assert "effective rank" in str(measure_collapse(line, progress(line)).alarm)


def test_a_latent_of_one_dimension_has_a_map():
    latents = torch.randn(20, 1)
    assert measure_collapse(latents, progress(latents)).latent_map.shape == (20, 2)


def test_distance_from_a_gaussian_and_correlation():
    torch.manual_seed(0)
    normal = torch.randn(400, 6)
    measures = measure_collapse(normal, progress(normal))
    assert 0.3 < measures.sigreg < 2.0
    assert measures.correlation < 0.1
    line = torch.randn(400, 1) * torch.tensor([1.0, -2.0, 3.0])
    measures = measure_collapse(torch.nn.functional.pad(line, (0, 1)), progress(line))
    assert measures.sigreg > 10.0
    assert measures.correlation == pytest.approx(1.0, abs=1e-6)  # a constant entry does not count
    assert measure_collapse(torch.ones(9, 4), torch.zeros(9)).correlation == 0.0

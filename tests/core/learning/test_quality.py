import pytest
import torch

from core.learning.quality import probe_r2


@pytest.fixture
def latents() -> torch.Tensor:
    return torch.randn(400, 5, generator=torch.Generator().manual_seed(0))


def test_a_probe_finds_what_is_linear_in_the_latent(latents):
    truth = latents @ torch.arange(15.0).reshape(5, 3) + 2.0
    held_out = torch.arange(400) % 2 == 1
    assert probe_r2(latents, truth, held_out) > 0.999


def test_a_probe_finds_nothing_where_there_is_nothing(latents):
    truth = torch.randn(400, 3, generator=torch.Generator().manual_seed(1))
    held_out = torch.arange(400) % 2 == 1
    assert -0.2 < probe_r2(latents, truth, held_out) < 0.05
    assert -0.2 < probe_r2(torch.zeros(400, 5), truth, held_out) < 0.05  # collapsed


def test_features_that_never_change_are_left_out(latents):
    truth = torch.cat((latents[:, :1], torch.ones(400, 1)), dim=1)
    assert probe_r2(latents, truth, torch.arange(400) % 2 == 1) > 0.999

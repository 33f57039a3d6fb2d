"""Losses against values worked out by hand."""

import math

import pytest
import torch

from core.learning.losses import action_distance, gripper_distance, latent_distance, masked_mean

P = torch.tensor([[3.0, 4.0]])
T = torch.tensor([[0.0, 2.0]])


def test_plain_distance_as_mean_and_as_sum():
    # (3 - 0)^2 + (4 - 2)^2 = 13
    assert latent_distance(P, T, "plain", "sum").item() == pytest.approx(13.0)
    assert latent_distance(P, T, "plain", "mean").item() == pytest.approx(6.5)


def test_distance_of_unit_vectors():
    # (0.6, 0.8) and (0, 1): 0.36 + 0.04
    assert latent_distance(P, T, "l2", "sum").item() == pytest.approx(0.4, abs=1e-6)


def test_distance_after_layer_norm_ignores_scale_and_shift():
    # both become (-1, 1)
    assert latent_distance(P, T, "layer", "sum").item() == pytest.approx(0.0, abs=1e-4)
    opposite = torch.tensor([[2.0, 0.0]])
    assert latent_distance(P, opposite, "layer", "mean").item() == pytest.approx(4.0, abs=1e-3)


def test_the_gradient_of_the_plain_distance():
    p = P.clone().requires_grad_()
    latent_distance(p, T, "plain", "mean").sum().backward()
    torch.testing.assert_close(p.grad, torch.tensor([[3.0, 2.0]]))  # 2 (p - t) / D


def test_action_distances():
    assert action_distance(P, T, "l1").item() == pytest.approx(2.5)
    assert action_distance(P, T, "mse").item() == pytest.approx(6.5)


def test_gripper_distance_is_the_negative_log_probability():
    logit = torch.tensor([2.0, 2.0])
    command = torch.tensor([1.0, -1.0])
    closed = -math.log(1 / (1 + math.exp(-2)))
    opened = -math.log(1 / (1 + math.exp(2)))
    torch.testing.assert_close(gripper_distance(logit, command), torch.tensor([closed, opened]))


def test_masked_mean_counts_only_what_exists():
    values = torch.tensor([1.0, 5.0, 100.0])
    assert masked_mean(values, torch.tensor([True, True, False])).item() == pytest.approx(3.0)
    assert masked_mean(values, torch.zeros(3, dtype=torch.bool)).item() == 0.0

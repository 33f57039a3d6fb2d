"""What reads a belief: the policy head, inverse dynamics, the decoder and the goal map."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.learning.configuration import HeadConfiguration
from core.learning.layers import perceptron
from core.spec import Spec

PROBE_WIDTH = 256
"""Hidden width of decoder, goal map and inverse dynamics; they serve, they do not compete."""


class PolicyHead(nn.Module):
    """Maps a belief (..., S) to a chunk of actions (..., chunk, A).

    The raw output's gripper entry is a logit when the gripper is a choice; `actions` turns raw
    outputs into commands.
    """

    def __init__(self, configuration: HeadConfiguration, belief: int, spec: Spec) -> None:
        super().__init__()
        self.chunk = configuration.chunk
        self.action_size = spec.actions.size
        self.binary = spec.actions.gripper if configuration.gripper == "binary" else None
        """Index of the action that is a choice of two, if any."""
        self.levels = spec.actions.gripper_levels
        """Commands that the two choices stand for."""
        self.network = perceptron(belief, configuration.hidden, self.chunk * self.action_size)

    def forward(self, belief: Tensor) -> Tensor:
        """Raw outputs (..., chunk, A)."""
        raw: Tensor = self.network(belief)
        return raw.unflatten(-1, (self.chunk, self.action_size))

    def actions(self, raw: Tensor) -> Tensor:
        """Commands in [-1, 1]; a choice is its expected command, open + p (closed - open)."""
        actions = raw.clamp(-1.0, 1.0)
        if self.binary is not None:
            opened, closed = self.levels
            p = torch.sigmoid(raw[..., self.binary])  # (...)
            actions[..., self.binary] = opened + p * (closed - opened)
        return actions

    def decide(self, actions: Tensor) -> Tensor:
        """`actions` (..., A) with the choice made: the nearer of its two commands, in place."""
        if self.binary is not None:
            opened, closed = self.levels
            votes = actions[..., self.binary]
            middle = 0.5 * (opened + closed)
            actions[..., self.binary] = torch.where(votes > middle, closed, opened)
        return actions


class InverseDynamics(nn.Module):
    """Recovers the actions (..., span, A) that led from a belief to a latent `span` steps later."""

    def __init__(self, span: int, belief: int, latent: int, action_size: int) -> None:
        super().__init__()
        self.span = span
        self.action_size = action_size
        self.network = perceptron(belief + latent, (PROBE_WIDTH,), span * action_size)

    def forward(self, before: Tensor, after: Tensor) -> Tensor:
        """From a belief (..., S) and a latent (..., D), which is zero where it is not given."""
        flat: Tensor = self.network(torch.cat((before, after), dim=-1))
        return flat.unflatten(-1, (self.span, self.action_size))


def make_decoder(belief: int, observation_size: int) -> nn.Sequential:
    """Decoder of the normalised observation (..., O) from a belief (..., S)."""
    return perceptron(belief, (PROBE_WIDTH,), observation_size)


def make_goal_map(belief: int, latent: int) -> nn.Sequential:
    """Goal map: belief (..., S) to the latent (..., D) some steps ahead in the same episode."""
    return perceptron(belief, (PROBE_WIDTH,), latent)


class MaskedPrediction(nn.Module):
    """Predicts the latents (..., D) at `STEPS` ahead of a frame, given only which of them it is.

    The passive baseline of the action-conditioned predictor (after V-JEPA, Bardes et al. 2024): a
    one-hot position stands where there the action does.
    """

    STEPS = (1, 2, 4, 8)
    """How far ahead [control steps]."""

    def __init__(self, latent: int) -> None:
        super().__init__()
        self.network = perceptron(latent + len(self.STEPS), (PROBE_WIDTH, latent), latent)

    def forward(self, latent: Tensor) -> Tensor:
        """Latents (..., steps, D) ahead of a latent (..., D)."""
        count = len(self.STEPS)
        position = torch.eye(count, device=latent.device).expand(*latent.shape[:-1], -1, -1)
        repeated = latent.unsqueeze(-2).expand(*latent.shape[:-1], count, -1)
        result: Tensor = self.network(torch.cat((repeated, position), dim=-1))
        return result

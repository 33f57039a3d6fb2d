"""Heads on a belief: the policy head, the decoder and the goal map."""

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


def probe(inputs: int, outputs: int) -> nn.Sequential:
    """Decoder of the observation, or goal map, from a belief or latent: (..., inputs) to
    (..., outputs)."""
    return perceptron(inputs, (PROBE_WIDTH,), outputs)

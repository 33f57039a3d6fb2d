"""The encoder of actions."""

from torch import nn

from core.learning.configuration import ActionEncoderConfiguration
from core.learning.layers import perceptron


def make_action_encoder(
    configuration: ActionEncoderConfiguration, action_size: int, latent: int
) -> nn.Sequential:
    """The action encoder h: (..., A) to (..., D)."""
    return perceptron(action_size, configuration.hidden, latent)

"""The predictor g: belief and encoded action to the next latent."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from core.learning.configuration import PredictorConfiguration
from core.learning.layers import ACTIVATIONS, perceptron


class Predictor(nn.Module):
    """Maps a belief (..., S) and an encoded action (..., D) to the next latent (..., D).

    ``concatenate``: g([s; e]); ``add``: g(s + e), the belief projected to D where its size
    differs; ``film``: every hidden layer is scaled and shifted by linear maps of e,
    h <- gamma(e) * h + beta(e). With `residual`, the result is added to the present latent. Without
    `actions`, e is zero: the passive predictor, of the same size.
    """

    def __init__(self, configuration: PredictorConfiguration, belief: int, latent: int) -> None:
        super().__init__()
        self.combination = configuration.combination
        self.residual = configuration.residual
        self.uses_actions = configuration.actions
        hidden, activation = configuration.hidden, configuration.activation
        if self.combination == "concatenate":
            self.network = perceptron(belief + latent, hidden, latent, activation)
        elif self.combination == "add":
            self.project = nn.Identity() if belief == latent else nn.Linear(belief, latent)
            self.network = perceptron(latent, hidden, latent, activation)
        else:
            widths = (belief, *hidden)
            self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(widths))
            self.modulations = nn.ModuleList(nn.Linear(latent, 2 * b) for b in hidden)
            self.activation = ACTIVATIONS[activation]()
            self.output = nn.Linear(widths[-1], latent)

    def forward(self, belief: Tensor, action: Tensor, latent: Tensor) -> Tensor:
        """Next latent (..., D); `latent` (..., D) is the present one, used by the residual form."""
        if not self.uses_actions:
            action = torch.zeros_like(action)
        if self.combination == "concatenate":
            change: Tensor = self.network(torch.cat((belief, action), dim=-1))
        elif self.combination == "add":
            change = self.network(self.project(belief) + action)
        else:
            change = self._film(belief, action)
        return latent + change if self.residual else change

    def _film(self, belief: Tensor, action: Tensor) -> Tensor:
        h = belief
        for layer, modulation in zip(self.layers, self.modulations, strict=True):
            gamma, beta = modulation(action).chunk(2, dim=-1)
            # 1 + gamma: an untrained modulation starts near the identity
            h = self.activation((1.0 + gamma) * layer(h) + beta)
        result: Tensor = self.output(h)
        return result

"""The demonstrations as a model sees them."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.learning.dataset.demonstrations import Demonstrations
from core.learning.layers import evaluating
from core.learning.model import ActJepa

EPISODES_AT_ONCE = 64
"""Episodes encoded together; bounds the memory that long recordings take."""


@dataclass(frozen=True)
class EncodedDemonstrations:
    """Latents and belief states of every row of the demonstrations."""

    latents: Tensor
    """Online latents (rows, D)."""
    targets: Tensor
    """Target latents (rows, D), the space in which the predictor predicts."""
    states: Tensor
    """Belief states (rows, state), each remembered from the start of its episode."""
    beliefs: Tensor
    """What the heads see of the states, (rows, known size)."""


def encode_demonstrations(model: ActJepa, demonstrations: Demonstrations) -> EncodedDemonstrations:
    """Encode every row in evaluation mode; the model's mode is put back."""
    observations = demonstrations.observations
    with evaluating(model):
        latents = model.encode(observations)
        targets = model.encode_target(observations)
        states = torch.zeros(len(observations), model.belief.state_size, device=observations.device)
        _, rows = demonstrations.padded()  # (episodes, T)
        for chosen in rows.split(EPISODES_AT_ONCE):
            # a shorter episode repeats its last row: only the first visit of a row is its state
            window = model.remember(latents[chosen], demonstrations.actions[chosen])
            first = torch.ones_like(chosen, dtype=torch.bool)
            first[:, 1:] = chosen[:, 1:] != chosen[:, :-1]
            states[chosen[first]] = window[first]
        states = model.give(states, observations)
        return EncodedDemonstrations(latents, targets, states, model.belief.known(states))

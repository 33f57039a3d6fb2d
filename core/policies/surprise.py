"""Noticing that something happened which the world model did not foresee."""

import torch
from torch import Tensor

from core.learning import Checkpoint

RARE = 0.999
"""Part of the demonstrated steps whose prediction error counts as foreseen."""
FORGETTING = 0.1
"""Share of the newest error in the running mean [1/control step]."""


class Surprise:
    """Compares each new latent with the one predicted from belief and executed action.

    The squared error, in units of what it is in the demonstrations, is a surprise beyond their
    99.9th percentile times the running mean of recent errors (at least 1): noisy sensors are
    mispredicted all the time, and that is nothing new. Owns the running mean of every place.
    """

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.model = checkpoint.model
        memory, encoded = checkpoint.demonstrations, checkpoint.encoded_demonstrations()
        rows = (memory.last_row() != torch.arange(len(memory.actions))).nonzero().flatten()
        with torch.inference_mode():
            predicted = self.model.predict(encoded.states[rows], memory.actions[rows])
            errors = encoded.latents[rows + 1] - predicted  # (rows, D)
            deviation = errors.std(dim=0)
            floor = 1e-3 * float(encoded.latents.std(dim=0).mean())  # a latent that never moves
            self._scale = 1.0 / deviation.clamp(min=max(floor, 1e-6))
            self.threshold = float(torch.quantile(self._size(errors), RARE))
        self.resize(1)

    def resize(self, count: int) -> None:
        """Make room for `count` places."""
        self._mean = torch.ones(count)

    def clear(self, index: Tensor) -> None:
        """Begin anew at the places `index` (k,)."""
        self._mean[index] = 1.0

    def notice(self, before: Tensor, executed: Tensor, after: Tensor, known: Tensor) -> Tensor:
        """Whether the step from belief states `before` to `after` (n, state) was unforeseen, (n,).

        `executed` (n, A) is what was done between; only places that are `known` (n,) bool had a
        new frame to compare.
        """
        predicted = self.model.predict(before, executed)
        error = self._size(self.model.belief.estimate(after) - predicted)
        surprised = known & (error > self.threshold * self._mean.clamp(min=1.0))
        mean = (1.0 - FORGETTING) * self._mean + FORGETTING * error
        self._mean = torch.where(known, mean, self._mean)
        return surprised

    def _size(self, errors: Tensor) -> Tensor:
        """Mean square (n,) of errors (n, D) in units of those in the demonstrations."""
        return (errors * self._scale).square().mean(dim=-1)

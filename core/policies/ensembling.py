"""Temporal ensembling of overlapping action chunks."""

from __future__ import annotations

import torch
from torch import Tensor

FEW = 25
"""Up to so many demonstrations, newer chunks weigh more."""
DECAY_OF_FEW = 0.2
"""How fast older chunks then lose weight [1/control step]."""


def usual_decay(demonstrations: int) -> float:
    """How fast older chunks lose weight, unless chosen otherwise [1/control step].

    A policy of few demonstrations often finds itself where none has been, and proposes something
    else as soon as it knows better: what it proposed before should then be forgotten. With many
    demonstrations the plain mean of all chunks is best. Measured on validation starts for every
    method alike (`docs/RESULTS.md`, the table of ideas).
    """
    return DECAY_OF_FEW if demonstrations <= FEW else 0.0


class TemporalEnsemble:
    """Averages what all earlier chunks proposed for the present step.

    The action is sum_i w_i a_i / sum_i w_i over the chunks proposed i steps ago that reach the
    present, with w_i = exp(-decay * i) (Zhao et al. 2023, "Learning Fine-Grained Bimanual
    Manipulation", section IV, there weighted towards older ones). Kept as running sums, so a step
    costs one chunk and not all that overlap. Owns the sums of every place.
    """

    def __init__(self, length: int, action_size: int, decay: float = 0.0) -> None:
        self.shape = (length, action_size)
        self._keep = float(torch.exp(torch.tensor(-decay)))
        self.resize(1)

    def resize(self, count: int) -> None:
        """Make room for `count` places, all empty."""
        length, action_size = self.shape
        self._sums = torch.zeros(count, length, action_size)
        self._weights = torch.zeros(count, length, 1)

    def clear(self, index: Tensor) -> None:
        """Forget all chunks at the places `index` (k,)."""
        self._sums[index] = 0.0
        self._weights[index] = 0.0

    def add(self, chunks: Tensor) -> Tensor:
        """Take chunks (n, length, A) for the steps from the present one on; the action (n, A)."""
        self._sums = self._sums * self._keep + chunks
        self._weights = self._weights * self._keep + 1.0
        action = self._sums[:, 0] / self._weights[:, 0]
        self._sums = _shifted(self._sums)
        self._weights = _shifted(self._weights)
        return action


def _shifted(values: Tensor) -> Tensor:
    """`values` (n, length, k) one step on: the first is past, nothing is known of the last."""
    return torch.cat((values[:, 1:], torch.zeros_like(values[:, :1])), dim=1)

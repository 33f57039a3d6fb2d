"""Temporal ensembling of overlapping action chunks."""

import torch
from torch import Tensor
from torch.nn import functional

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
        self._sums = torch.zeros(count, length, action_size + 1)  # the weights in the last column

    def clear(self, index: Tensor) -> None:
        """Forget all chunks at the places `index` (k,)."""
        self._sums[index] = 0.0

    def add(self, chunks: Tensor) -> Tensor:
        """Take chunks (n, length, A) for the steps from the present one on; the action (n, A)."""
        sums = self._sums * self._keep + functional.pad(chunks, (0, 1), value=1.0)
        # one step on, the first is past, and nothing is known of the last
        self._sums = functional.pad(sums[:, 1:], (0, 0, 0, 1))
        return sums[:, 0, :-1] / sums[:, 0, -1:]

"""Fields that a belief is given beside what is encoded: a goal, as it is and from the hand."""

import torch
from torch import Tensor, nn

from core.learning.dataset.normaliser import Normaliser
from core.learning.encoders.state import RelativePositions
from core.learning.senses import HAND, Senses
from core.spec import Spec


class GivenFields(nn.Module):
    """The given fields, and their positions relative to the hand where the policy senses it."""

    columns: Tensor

    def __init__(self, spec: Spec, normaliser: Normaliser, senses: Senses) -> None:
        super().__init__()
        places = spec.slices()
        columns = [c for name in senses.given for c in range(places[name].start, places[name].stop)]
        self.register_buffer("columns", torch.tensor(columns), persistent=False)
        hand = (HAND,) if HAND in senses.encoded else ()
        self.relative = RelativePositions(spec, normaliser, (*senses.given, *hand))
        self.size = len(columns) + self.relative.size

    def forward(self, packed: Tensor) -> Tensor:
        """(..., size) of normalised observations (..., O)."""
        return torch.cat((packed[..., self.columns], self.relative(packed)), dim=-1)

"""The last frames of a field side by side: what a force was a moment ago."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from core.spec import Field


def with_histories(
    seen: Mapping[str, np.ndarray], fields: Sequence[Field]
) -> dict[str, np.ndarray]:
    """What an episode has seen {field: (T, size)}, and the histories among `fields` made of it.

    Before there are as many frames, the first stands in for those that are missing.
    """
    whole = dict(seen)
    for field in fields:
        if field.source:
            rows = seen[field.source]
            steps = np.arange(len(rows))[:, None] + np.arange(1 - field.history, 1)
            whole[field.name] = rows[steps.clip(min=0)].reshape(len(rows), -1)
    return whole


class Histories:
    """The last frames of fields in deployment. Owns them for every place, in physical units."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self.fields = tuple(field for field in fields if field.source)
        self.reset(1)

    def reset(self, count: int) -> None:
        """Make room for `count` places at which nothing was seen."""
        self._held = {f.name: torch.zeros(count, f.history, f.demanded.size) for f in self.fields}
        self._begun = torch.zeros(count, dtype=torch.bool)

    def clear(self, index: Tensor) -> None:
        """Forget what was seen at the places `index` (k,)."""
        self._begun[index] = False

    def add(self, frame: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The frame {field: (n, size)} with the histories that end with it."""
        whole = dict(frame)
        for field in self.fields:
            newest = torch.as_tensor(np.asarray(frame[field.source], np.float32))[:, None]
            held = torch.cat((self._held[field.name][:, 1:], newest), dim=1)
            held = torch.where(self._begun[:, None, None], held, newest.expand_as(held))
            self._held[field.name] = held
            whole[field.name] = held.flatten(1).numpy()
        self._begun[:] = True
        return whole

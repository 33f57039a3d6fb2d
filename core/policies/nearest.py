"""Nearest neighbour: do what was demonstrated in the situations most like this one."""

from __future__ import annotations

import torch
from torch import Tensor

from core.learning import Checkpoint
from core.policies.policy import BeliefPolicy, Explanation


class Neighbourhood:
    """The demonstrations' beliefs, arranged for search. Owns whitened keys and action chunks.

    Beliefs are centred and divided by the standard deviation of each entry, so that every entry
    counts alike.
    """

    def __init__(self, checkpoint: Checkpoint, length: int) -> None:
        memory = checkpoint.memory
        beliefs = checkpoint.encoded_memory().beliefs  # (rows, size)
        self.centre = beliefs.mean(dim=0)
        self.scale = 1.0 / beliefs.std(dim=0).clamp(min=1e-4)
        self.keys = (beliefs - self.centre) * self.scale  # (rows, size)
        self.norms = self.keys.square().sum(dim=1)  # (rows,)
        self.chunks, _ = memory.action_chunks(length)  # (rows, length, A)
        self.episode = memory.episode_of_row()
        self.step = memory.step_of_row()
        self.last_row = memory.last_row()

    def distances(self, beliefs: Tensor) -> Tensor:
        """Mean squared whitened distance (n, rows) of beliefs (n, size) to every row."""
        query = (beliefs - self.centre) * self.scale
        cross = query @ self.keys.T  # (n, rows)
        squares = query.square().sum(dim=1, keepdim=True) + self.norms - 2.0 * cross
        return squares.clamp(min=0.0) / self.keys.shape[1]


class NearestNeighbour(BeliefPolicy):
    """Follows the demonstrations nearest in belief space.

    The chunks of the `neighbours` nearest rows are averaged with weights that fall with distance;
    the rows just ahead on the demonstrations followed so far are taken to be nearer than they
    are, so that it does not jump between demonstrations of which none fits better.
    """

    mode = "nearest"

    def __init__(
        self,
        checkpoint: Checkpoint,
        *,
        neighbours: int = 8,
        continuity: float = 0.3,
        decay: float = 0.0,
        length: int = 16,
    ) -> None:
        """`neighbours`: rows averaged. `continuity`: part of the distance forgiven to the rows that
        continue the demonstrations followed, in [0, 1). `decay`: of older chunks [1/control step].
        `length`: actions taken from a demonstration at once [control steps].
        """
        self.neighbourhood = Neighbourhood(checkpoint, length)
        self.neighbours = min(neighbours, len(self.neighbourhood.keys))
        self.continuity = continuity
        super().__init__(checkpoint, decay=decay, length=length)

    def _resize(self, count: int) -> None:
        self._followed = torch.full((count, self.neighbours), -1, dtype=torch.long)

    def _clear(self, index: Tensor) -> None:
        self._followed[index] = -1

    def _propose(self, state: Tensor) -> Tensor:
        space = self.neighbourhood
        distances = space.distances(self.model.belief.read(state))  # (n, rows)
        self._forgive(distances)
        nearest, rows = distances.topk(self.neighbours, dim=1, largest=False)  # (n, k)
        # the width of the kernel is the distance of the farthest neighbour taken
        width = nearest[:, -1:].clamp(min=1e-6)
        weights = torch.softmax(-3.0 * nearest / width, dim=1)  # (n, k)
        self._followed = rows
        return torch.einsum("nk,nkla->nla", weights, space.chunks[rows])

    def _forgive(self, distances: Tensor) -> None:
        """Bring the continuations of the rows followed nearer, in place."""
        space = self.neighbourhood
        followed = self._followed
        known = followed >= 0
        last = space.last_row[followed.clamp(min=0)]
        for ahead in (0, 1, 2):
            rows = torch.minimum(followed.clamp(min=0) + ahead, last)
            # several may continue into one row: lower each once, whatever the order
            factor = torch.ones_like(distances)
            factor.scatter_(1, rows, torch.where(known, 1.0 - self.continuity, 1.0))
            distances *= factor

    def explain(self, index: int = 0) -> Explanation:
        """The demonstration followed, and where its actions are expected to lead."""
        space, memory = self.neighbourhood, self.checkpoint.memory
        row = int(self._followed[index, 0])
        if row < 0:
            return Explanation(text="has not acted yet")
        identifier = memory.identifiers[int(space.episode[row])]
        step = int(space.step[row])
        return Explanation(
            text=f"follows demonstration {identifier} at step {step}",
            demonstration=(identifier, step),
            futures=self._paths(index, self._chunks[index : index + 1]),
            observation=self._believed(index),
        )

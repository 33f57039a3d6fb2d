"""Behavioural cloning: the policy head's action chunks, ensembled over time."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from core.learning import Checkpoint
from core.policies.policy import BeliefPolicy, Explanation


class BehaviouralCloning(BeliefPolicy):
    """Executes what the policy head proposes."""

    mode = "bc"

    def __init__(self, checkpoint: Checkpoint, **shared: Any) -> None:
        """`shared`: `decay`, `delay` and `observer` of `BeliefPolicy`."""
        super().__init__(checkpoint, length=checkpoint.model.head.chunk, **shared)

    def _propose(self, state: Tensor) -> Tensor:
        return self.model.action_chunk(self.model.belief.read(state))

    def explain(self, index: int = 0) -> Explanation:
        """The path that the proposed chunk would take."""
        return Explanation(
            text=f"imitates: the next {self._chunks.shape[1]} actions from the policy head",
            futures=self._paths(index, self._chunks[index : index + 1]),
            observation=self._believed(index),
        )

"""Behavioural cloning: the policy head's action chunks, ensembled over time."""

from typing import Any

from torch import Tensor

from core.learning import Checkpoint
from core.policies.mode import Mode, trained_head
from core.policies.policy import BeliefPolicy, Explanation


class BehaviouralCloning(BeliefPolicy):
    """Executes what the policy head proposes."""

    def __init__(self, checkpoint: Checkpoint, **shared: Any) -> None:
        """`shared`: `decay`, `delay` and `observer` of `BeliefPolicy`."""
        super().__init__(checkpoint, length=checkpoint.model.head.chunk, **shared)

    def _propose(self, state: Tensor) -> Tensor:
        return self.model.action_chunk(self.model.belief.known(state))

    def explain(self, index: int = 0) -> Explanation:
        """The path that the proposed chunk would take."""
        return Explanation(
            text=f"imitates: the next {self._chunks.shape[1]} actions from the policy head",
            futures=self._paths(index, self._chunks[index : index + 1]),
            observation=self._believed(index),
        )


CLONING = Mode(
    name="bc",
    title="Behavioural cloning",
    short_title="BC",
    sentence="Acts as the person acted in such a state.",
    colour="#0072B2",
    marker="o",
    symbol="o",
    batch_size=100,  # 200 rows take 5.9 ms in batches of 25, 2.4 ms in batches of 100
    trial_cost=10.0,
    version=1,
    policy=BehaviouralCloning,
    needs=trained_head,
)
"""As an entry of `core.policies.MODES`."""

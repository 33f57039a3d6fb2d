"""Imitation: the policy head proposes what was demonstrated."""

from torch import Tensor

from core.learning.heads import PolicyHead
from core.learning.losses import action_distance, gripper_distance, masked_mean
from core.learning.objectives.objective import ActJepa, Batch, Losses, Need, Objective


class Imitation(Objective):
    """Distance of the proposed chunk of actions to the demonstrated one; the gripper apart where
    it is a choice. Learned together with the representation, it shapes the belief."""

    terms = ("gripper", "action")
    phase = "head"
    part = "head"
    needs = Need.STATES

    def __init__(self, model: ActJepa) -> None:
        super().__init__(model)
        self.actions_ahead = model.configuration.head.chunk
        model.head = PolicyHead(model.configuration.head, model.belief.known_size, model.spec)

    def loss(self, model: ActJepa, batch: Batch) -> Losses:
        windows, chunk = batch.windows, model.head.chunk
        belief = model.belief.known(batch.states)  # (batch, time, size)
        return imitation_losses(
            model, belief, windows.chunks(chunk), windows.chunks_imitated(chunk)
        )


def imitation_losses(model: ActJepa, belief: Tensor, actions: Tensor, mask: Tensor) -> Losses:
    """Loss terms of the policy head at `belief` (..., size).

    `actions` (..., chunk, A) were demonstrated; those count where `mask` (..., chunk) is True.
    """
    head = model.head
    proposed = head(belief)  # (..., chunk, A)
    losses: Losses = {}
    g = head.binary
    if g is not None:
        distance = gripper_distance(proposed[..., g], actions[..., g])
        losses["gripper"] = masked_mean(distance, mask)
        others = [i for i in range(head.action_size) if i != g]
        proposed, actions = proposed[..., others], actions[..., others]
    distance = action_distance(proposed, actions, model.configuration.head.loss)
    return losses | {"action": masked_mean(distance, mask)}

"""A mode: behavioural cloning at half speed."""

from dataclasses import replace

from core.policies.cloning import CLONING, BehaviouralCloning

SPEED = 0.5
"""Factor on all commands but the gripper's."""


class Careful(BehaviouralCloning):
    """Executes half of what the policy head proposes; the gripper as proposed."""

    def _propose(self, state):
        """Action chunks (n, length, A) for belief states (n, state)."""
        chunks = super()._propose(state)
        gripper = self.checkpoint.spec.actions.gripper
        slow = SPEED * chunks
        if gripper is not None:
            slow[..., gripper] = chunks[..., gripper]
        return slow


CAREFUL = replace(
    CLONING,
    name="careful",
    title="Careful cloning",
    short_title="Careful",
    sentence="Acts as cloning does, at half the speed.",
    colour="#CC79A7",
    marker="D",
    symbol="d",
    version=1,
    policy=Careful,
)

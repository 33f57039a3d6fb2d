"""The ways of choosing actions, by name."""

from __future__ import annotations

from typing import Any

from core.learning import Checkpoint
from core.policies.bc import BehaviouralCloning
from core.policies.errors import UnknownModeError
from core.policies.nearest import NearestNeighbour
from core.policies.plan import LatentPlanning
from core.policies.policy import Policy

_POLICIES: dict[str, Any] = {
    policy.mode: policy for policy in (BehaviouralCloning, NearestNeighbour, LatentPlanning)
}
MODES: tuple[str, ...] = tuple(_POLICIES)
"""Names of the ways of choosing actions: ``bc``, ``nearest``, ``plan``."""


def make_policy(checkpoint: Checkpoint, mode: str, **options: Any) -> Policy:
    """The policy called `mode`, reset for one simulation.

    `options` are keyword arguments of its class. Raises `UnknownModeError` listing the modes.
    """
    if mode not in _POLICIES:
        raise UnknownModeError(f"unknown mode '{mode}'; modes: {', '.join(MODES)}")
    policy: Policy = _POLICIES[mode](checkpoint, **options)
    return policy

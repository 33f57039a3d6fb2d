"""What the scene shows at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.simulation import Snapshot


@dataclass(frozen=True)
class View:
    """What there is to draw at one moment."""

    task: str
    """Whose model the snapshot fits."""
    snapshot: Snapshot
    """Copied state."""
    run: int
    """Changes with every new start or jump, so that a trail can begin anew."""
    explanation: Any = None
    """`core.policies.Explanation` of the last action of a policy, or None."""

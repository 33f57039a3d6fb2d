"""Policies: ways of choosing actions from a checkpoint, behind one protocol."""

from core.policies.deployed import DeployedPolicy, load_policy
from core.policies.ensembling import TemporalEnsemble
from core.policies.errors import (
    ModeNotOfferedError,
    ObservationError,
    PolicyError,
)
from core.policies.mode import Described, Mode
from core.policies.policy import Explanation, Policy
from core.policies.registry import (
    DEFAULT_MODE,
    MODES,
    make_policy,
    offered_modes,
    require_offered,
)
from core.policies.saliency import Saliency

__all__ = [
    "DEFAULT_MODE",
    "MODES",
    "DeployedPolicy",
    "Described",
    "Explanation",
    "Mode",
    "ModeNotOfferedError",
    "ObservationError",
    "Policy",
    "PolicyError",
    "Saliency",
    "TemporalEnsemble",
    "load_policy",
    "make_policy",
    "offered_modes",
    "require_offered",
]

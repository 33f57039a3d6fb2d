"""Policies: ways of choosing actions from a checkpoint, behind one protocol."""

from core.policies.bc import BehaviouralCloning
from core.policies.deployed import DeployedPolicy, load_policy
from core.policies.ensembling import TemporalEnsemble
from core.policies.errors import ObservationError, PolicyError, UnknownModeError
from core.policies.modes import MODES, make_policy
from core.policies.nearest import NearestNeighbour
from core.policies.plan import LatentPlanning
from core.policies.policy import Explanation, Policy

__all__ = [
    "MODES",
    "BehaviouralCloning",
    "DeployedPolicy",
    "Explanation",
    "LatentPlanning",
    "NearestNeighbour",
    "ObservationError",
    "Policy",
    "PolicyError",
    "TemporalEnsemble",
    "UnknownModeError",
    "load_policy",
    "make_policy",
]

"""The disturbances, by name."""

from core.registry import Registry
from core.simulation.disturbances.arrival import DELAY, DROPOUT
from core.simulation.disturbances.displacement import DISPLACE_GOAL, DISPLACE_OBJECT
from core.simulation.disturbances.disturbance import Disturbance
from core.simulation.disturbances.measurement import BIAS, DRIFT, NOISE

_BUILT_IN = (NOISE, BIAS, DRIFT, DROPOUT, DELAY, DISPLACE_OBJECT, DISPLACE_GOAL)
DISTURBANCES: Registry[Disturbance] = Registry(
    "disturbance",
    {each.name: each for each in _BUILT_IN},
    "disturbances",
    expected=Disturbance,
)
"""Every disturbance; other packages add theirs by the entry point group
``act_jepa_studio.disturbances``."""

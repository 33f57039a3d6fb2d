"""The disturbances, by name."""

from core.registry import Registry
from core.simulation.disturbances.arrival import Delay, Dropout
from core.simulation.disturbances.displacement import Displacement
from core.simulation.disturbances.disturbance import Disturbance
from core.simulation.disturbances.measurement import Bias, Drift, Noise

BUILT_IN = (
    Noise(
        name="noise",
        title="Noise",
        unit="σ",
        sentence="Gaussian noise, independent at every control step",
        example=0.3,
        largest=1.0,
    ),
    Bias(
        name="bias",
        title="Constant offset",
        unit="σ",
        sentence="An offset of each sensor that stays for the whole episode",
        example=0.3,
        largest=2.0,
    ),
    Drift(
        name="drift",
        title="Drifting offset",
        unit="σ/√step",
        sentence="An offset of each sensor that walks at random from 0",
        example=0.03,
        largest=0.3,
    ),
    Dropout(
        name="dropout",
        title="Lost frames",
        unit="of all",
        sentence="Share of control steps in which no new frame arrives",
        example=0.5,
        largest=0.95,
        limit=1.0,
    ),
    Delay(
        name="delay",
        title="Late frames",
        unit="control steps",
        sentence="Age of each frame when it arrives",
        example=3,
        largest=10,
        whole=True,
    ),
    Displacement(
        name="displace_object",
        title="Object displaced",
        unit="m",
        sentence="Horizontal distance by which the object is displaced 2 s after the start",
        example=0.05,
        largest=0.2,
        what="object",
    ),
    Displacement(
        name="displace_goal",
        title="Goal displaced",
        unit="m",
        sentence="Horizontal distance by which the goal is displaced 2 s after the start",
        example=0.10,
        largest=0.2,
        what="goal",
    ),
)
"""Those of this program, in the order in which they are offered."""

DISTURBANCES: Registry[Disturbance] = Registry(
    "disturbance",
    {each.name: each for each in BUILT_IN},
    "disturbances",
    expected=Disturbance,
)
"""Every disturbance; other packages add theirs by the entry point group
``act_jepa_studio.disturbances``."""

"""The ways of choosing actions, by name."""

from typing import Any

from core.learning import Checkpoint
from core.policies.cloning import CLONING
from core.policies.errors import ModeNotOfferedError
from core.policies.mode import Described, Mode
from core.policies.nearest_neighbour import NEAREST_NEIGHBOUR
from core.policies.planning import PLANNING
from core.policies.policy import Policy
from core.registry import Registry

MODES = Registry(
    "mode",
    {mode.name: mode for mode in (CLONING, NEAREST_NEIGHBOUR, PLANNING)},
    "modes",
    expected=Mode,
)
"""Every mode; other packages add theirs by the entry point group ``act_jepa_studio.modes``."""

DEFAULT_MODE = CLONING.name
"""The mode of whoever does not choose one."""


def offered_modes(checkpoint: Described) -> tuple[str, ...]:
    """Names of the modes that `checkpoint` offers."""
    return tuple(name for name, mode in MODES.items() if mode.needs(checkpoint) is None)


def require_offered(checkpoint: Described, name: str) -> Mode:
    """The mode called `name`.

    Raises `UnknownNameError` listing the modes, or `ModeNotOfferedError` saying what `checkpoint`
    lacks.
    """
    mode = MODES[name]
    lacking = mode.needs(checkpoint)
    if lacking is not None:
        raise ModeNotOfferedError(f"{mode.title} is not offered by this checkpoint. {lacking}")
    return mode


def make_policy(checkpoint: Checkpoint, mode: str, **options: Any) -> Policy:
    """The policy called `mode`, reset for one simulation.

    `options` are keyword arguments of its class. Raises what `require_offered` raises.
    """
    return require_offered(checkpoint, mode).policy(checkpoint, **options)

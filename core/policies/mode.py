"""What there is to say about one way of choosing actions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from core.learning import Configuration
from core.policies.policy import Policy


class Described(Protocol):
    """What a mode may ask about a checkpoint before its weights are loaded."""

    @property
    def configuration(self) -> Configuration:
        """The settings it was trained with."""

    @property
    def head_trained(self) -> bool:
        """Whether training reached the policy head."""


def nothing(checkpoint: Described) -> str | None:  # noqa: ARG001 — every checkpoint will do
    """For a mode that any checkpoint offers."""
    return None


def trained_head(checkpoint: Described) -> str | None:
    """For a mode that needs the policy head: why a checkpoint does not offer it, if so."""
    if checkpoint.head_trained:
        return None
    return "Its training stopped before the policy head."


@dataclass(frozen=True)
class Mode:
    """One way of choosing actions, as an entry of `core.policies.MODES`."""

    name: str
    """What the command line, recordings and results call it."""
    title: str
    """What people call it, such as "Behavioural cloning"."""
    short_title: str
    """The same where space is scarce, such as "BC"."""
    sentence: str
    """What it does, in one sentence."""
    colour: str
    """Colour of its curves, ``#rrggbb``; from Okabe and Ito's palette, so that a theme may adapt it
    (https://jfly.uni-koeln.de/color/)."""
    marker: str
    """Marker of its curves in matplotlib."""
    symbol: str
    """The same in pyqtgraph."""
    batch_size: int
    """Simulations that one policy always drives at once.

    Matrix products round differently for different numbers of rows, and through contact a last bit
    becomes a different episode. With a constant number, an episode depends on its seed and on
    nothing that runs at the same time.
    """
    trial_cost: float
    """Rough cost of 200 episodes [s]; for estimates of the time left only."""
    version: int
    """Raised by whoever changes what it does: results of another version no longer count."""
    policy: Callable[..., Policy]
    """Class of its policies; takes the checkpoint and options."""
    options: tuple[str, ...] = ("decay",)
    """Keyword arguments of `policy` that the command line offers."""
    needs: Callable[[Described], str | None] = nothing
    """A sentence why a checkpoint does not offer this mode; None if it does."""

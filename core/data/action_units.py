"""What the commands of an episode mean on the robot that executed them."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from core.data.errors import InvalidEpisodeError


@dataclass(frozen=True)
class ActionUnits:
    """Names and units of the entries of an action.

    Every recording holds commands in [-1, 1]; a robot that is driven in radians or degrees
    executed ``offset + scale * command``. Raises :class:`InvalidEpisodeError` when the three
    do not fit each other.
    """

    names: tuple[str, ...]
    """Name of each entry (A)."""
    offset: tuple[float, ...]
    """What the command 0 means (A), in the robot's units."""
    scale: tuple[float, ...]
    """What a command grows by from 0 to 1 (A), in the robot's units; larger than 0."""

    def __post_init__(self) -> None:
        if not len(self.names) == len(self.offset) == len(self.scale):
            raise InvalidEpisodeError(
                f"{len(self.names)} action names, {len(self.offset)} offsets and "
                f"{len(self.scale)} scales; expected one of each for every entry of an action"
            )
        if not all(map(isfinite, self.offset)) or not all(0 < s < np.inf for s in self.scale):
            raise InvalidEpisodeError(
                "the units of the actions are not finite; expected scales larger than 0"
            )

    def commands(self, actions: np.ndarray) -> np.ndarray:
        """Commands (T, A) float32 in [-1, 1] of `actions` (T, A) in the robot's units."""
        offset, scale = np.asarray(self.offset), np.asarray(self.scale)
        commands = (np.asarray(actions, dtype=np.float64) - offset) / scale
        return np.clip(commands, -1.0, 1.0).astype(np.float32)  # a quotient may round past 1

    def actions(self, commands: np.ndarray) -> np.ndarray:
        """Actions (T, A) float32 in the robot's units of `commands` (T, A)."""
        offset, scale = np.asarray(self.offset), np.asarray(self.scale)
        return (offset + scale * np.asarray(commands, dtype=np.float64)).astype(np.float32)

    def to_json(self) -> dict[str, Any]:
        """The units as values that JSON can hold."""
        return {
            "names": list(self.names),
            "offset": list(self.offset),
            "scale": list(self.scale),
        }

    @classmethod
    def from_json(cls, values: Any) -> "ActionUnits":
        """The inverse of :meth:`to_json`; raises :class:`InvalidEpisodeError`."""
        try:
            if not isinstance(values, Mapping):
                raise TypeError("no table")
            return cls(
                tuple(str(name) for name in values["names"]),
                tuple(float(number) for number in values["offset"]),
                tuple(float(number) for number in values["scale"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise InvalidEpisodeError(
                f"'action_units' in the episode's description makes no sense ({error})"
            ) from error

"""A set of disturbances with their strengths: what stands between a policy and its task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.simulation.appearance import Appearance
from core.simulation.disturbances.disturbance import AppearanceDisturbance
from core.simulation.disturbances.registry import DISTURBANCES
from core.simulation.errors import ConditionError
from core.simulation.task import Task

IMAGE_NOISE, SENSOR_NOISE = "pixel_noise", "noise"
"""Names of the two noises: of camera images, and of all other senses."""


@dataclass(frozen=True, init=False, repr=False)
class Condition:
    """Disturbances at work, such as ``Condition(noise=0.3, dropout=0.5)``; none by default.

    The strength of every disturbance is an attribute of its name, 0 where it is off.
    """

    strengths: tuple[tuple[str, float], ...]
    """Names and strengths of those that are on, in the order of the registry."""

    def __init__(self, **strengths: float) -> None:
        """Raises :class:`ConditionError` for an unknown name or a strength out of range."""
        unknown = sorted(name for name in strengths if name not in DISTURBANCES)
        if unknown:
            known_names = ", ".join(sorted(DISTURBANCES))
            raise ConditionError(f"unknown disturbance {unknown[0]!r}; disturbances: {known_names}")
        known = DISTURBANCES.items() if strengths else ()
        checked = ((n, each.checked(strengths[n])) for n, each in known if n in strengths)
        on = tuple((name, strength) for name, strength in checked if strength)
        object.__setattr__(self, "strengths", on)

    def __getattr__(self, name: str) -> float:
        if name.startswith("_") or name not in DISTURBANCES:
            raise AttributeError(f"there is no disturbance '{name}'")
        return dict(self.strengths).get(name, 0.0)

    def __repr__(self) -> str:
        return f"Condition({', '.join(f'{name}={value!r}' for name, value in self.strengths)})"

    @property
    def only_noise(self) -> bool:
        """Whether nothing but Gaussian noise disturbs."""
        return self == Condition(noise=self.noise)

    def appearance(self, task: Task, seed: int) -> Appearance | None:
        """How the scene of the start `seed` of `task` looks; None: as it was built."""
        looks = Appearance()
        for name, strength in self.strengths:
            each = DISTURBANCES[name]
            if isinstance(each, AppearanceDisturbance):
                looks = each.change(looks, strength, task, seed)
        return None if looks == Appearance() else looks

    def changed(self, **strengths: float) -> Condition:
        """The condition with other strengths of some disturbances."""
        return Condition(**{**self.to_dict(), **strengths})

    def to_dict(self) -> dict[str, float]:
        """The disturbances that are on, with their strengths."""
        return dict(self.strengths)

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Condition:
        """The condition that :meth:`to_dict` described. Raises :class:`ConditionError`."""
        return cls(**{name: float(value) for name, value in settings.items()})

    def __str__(self) -> str:
        """Such as ``clean``, ``noise=0.3`` or ``dropout=0.5,delay=3``."""
        return ",".join(f"{name}={value:g}" for name, value in self.strengths) or "clean"

    @classmethod
    def parse(cls, text: str) -> Condition:
        """The condition written as :meth:`__str__` does. Raises :class:`ConditionError`."""
        if text == "clean":
            return cls()
        settings = {}
        for part in text.split(","):
            name, _, value = part.partition("=")
            try:
                settings[name.strip()] = float(value)
            except ValueError:
                raise ConditionError(
                    f"condition {part!r}; expected name=number, such as noise=0.3, or clean"
                ) from None
        return cls.from_dict(settings)


def varied_noise(conditions: Iterable[Condition]) -> str:
    """The noise over which results under `conditions` are shown: that of images where it has more
    than one strength, otherwise that of the other senses."""
    strengths = {condition.pixel_noise for condition in conditions}
    return IMAGE_NOISE if len(strengths) > 1 else SENSOR_NOISE

"""Dataclasses of settings that are validated when they are built."""

import math
import re
import typing
from collections.abc import Hashable, Mapping
from typing import ClassVar, Literal

from core.learning.errors import ConfigurationError
from core.learning.saved_settings import hints_of

FROM_0, FROM_1, A_PART = (0, math.inf), (1, math.inf), (0, 1)


def need(condition: bool, owner: object, name: str, expected: str) -> None:
    """Raise `ConfigurationError` about the setting `name` of `owner` unless `condition` holds."""
    if not condition:
        words = re.findall("[A-Z][a-z]*", type(owner).__name__.removesuffix("Configuration"))
        section = "_".join(words).lower() or "configuration"
        given = getattr(owner, name)
        raise ConfigurationError(f"{section}.{name} is {given!r}; it must be {expected}")


class Checked:
    """Checks its fields when it is built: choices, widths, and numbers against `limits`."""

    _limits: ClassVar[Mapping[str, tuple[float, float]]]

    def __init_subclass__(cls, limits: Mapping[str, tuple[float, float]] | None = None) -> None:
        """`limits`: smallest and largest value of fields."""
        cls._limits = limits or {}

    def __post_init__(self) -> None:
        for name, hint in hints_of(typing.cast(Hashable, type(self))).items():
            value = getattr(self, name)
            if typing.get_origin(hint) is Literal:
                choices = typing.get_args(hint)
                expected = "one of " + ", ".join(map(repr, choices))
                need(value in choices, self, name, expected)
            elif hint == tuple[int, ...]:
                good = isinstance(value, tuple) and all(isinstance(w, int) and w > 0 for w in value)
                need(good, self, name, "a tuple of positive widths, such as (256, 256)")
        for name, (least, most) in self._limits.items():
            within = least <= getattr(self, name) <= most
            expected = f"between {least:g} and {most:g}"
            need(within, self, name, f"at least {least:g}" if most == math.inf else expected)

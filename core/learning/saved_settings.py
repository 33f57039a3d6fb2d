"""Settings as JSON holds them, made into the dataclasses that they describe."""

import types
import typing
from collections.abc import Hashable, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, TypeVar

from core.learning.errors import ConfigurationError

T = TypeVar("T")

RENAMED = {"training.turn": "training.rotation", "training.shift": "training.translation"}
"""Settings by their former names, which saved configurations still use."""
FORMER_VALUES = {
    "encoder.ignored": {
        ("joint_positions", "joint_velocities", "wrist_force", "wrist_torque"): (
            *("joint", "velocity", "wrench"),
        )
    }
}
"""Values by their former forms: what is ignored was once named field by field."""


@cache
def hints_of(kind: Hashable) -> dict[str, Any]:
    """Annotations of a class, resolved once: a benchmark reads a thousand configurations."""
    return typing.get_type_hints(kind)


def build(kind: type[T], settings: object, path: str = "") -> T:
    """A dataclass of `kind` from a table of its settings; raises `ConfigurationError`.

    `path`: what the names of its settings begin with in messages.
    """
    if not isinstance(settings, Mapping):
        raise ConfigurationError(f"{path or 'configuration'} is {settings!r}; expected a table")
    settings = {_present_name(str(name), path): value for name, value in settings.items()}
    names = [f.name for f in fields(kind)]  # type: ignore[arg-type]  # kind is a dataclass
    unknown = sorted(set(settings) - set(names))
    if unknown:
        raise ConfigurationError(
            f"unknown setting '{path}{unknown[0]}'; settings: {', '.join(names)}"
        )
    hints = hints_of(typing.cast(Hashable, kind))
    values = {
        name: _convert(hints[name], value, f"{path}{name}") for name, value in settings.items()
    }
    return kind(**values)


def _present_name(name: str, path: str) -> str:
    return RENAMED.get(path + name, path + name).removeprefix(path)


def _convert(hint: Any, value: object, path: str) -> Any:
    """`value` from JSON as the type that the annotation asks for."""
    if is_dataclass(hint):
        return build(typing.cast(type, hint), value, path + ".")
    origin = typing.get_origin(hint)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ConfigurationError(f"{path} is {value!r}; expected a list of whole numbers")
        values = tuple(value)
        return FORMER_VALUES.get(path, {}).get(values, values)
    if origin is dict:
        _, kind = typing.get_args(hint)
        table = value if isinstance(value, Mapping) else {"": value}
        return {str(name): _convert(kind, each, f"{path}.{name}") for name, each in table.items()}
    if origin in (Literal, typing.Union, types.UnionType):
        return value  # choices are checked by the class itself
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise ConfigurationError(f"{path} is {value!r}; expected {hint.__name__}")
    return value

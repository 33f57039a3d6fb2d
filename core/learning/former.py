"""Checkpoints of former formats, brought to the present one when they are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.spec import ARM, Actions, Field, Kind, Spec

FORMER_VERSIONS = (2,)
"""Versions of the format that are converted."""

_KINDS_OF_FORMAT_2: tuple[tuple[str, int, Kind], ...] = (
    ("_position", 3, "position"),
    ("_rotation", 6, "rotation"),
)
"""Format 2 knew what a field was by the end of its name and its size."""


def present_description(description: Mapping[str, Any]) -> dict[str, Any]:
    """The description of a checkpoint of a former version as version 3 would hold it.

    Raises `KeyError`, `TypeError` or `ValueError` where it does not make sense.
    """
    present = dict(description)
    present["spec"] = _spec_of_format_2(present.pop("space")).to_dict()
    present["normaliser"] = present.pop("standardisation")
    return present


def _spec_of_format_2(space: Mapping[str, Any]) -> Spec:
    scale = tuple(float(number) for number in space.get("action_scale", ()))
    another_robot = bool(scale)
    fields = tuple(
        _field_of_format_2(str(name), int(size), another_robot) for name, size in space["fields"]
    )
    opened, closed = space["gripper_levels"]
    return Spec(
        task=str(space["task"]),
        control_rate=float(space["control_rate"]),
        fields=fields,
        senses=tuple(field.name for field in fields),
        actions=Actions(
            names=tuple(str(name) for name in space["action_names"]),
            unit=str(space["action_unit"]),
            frame="robot" if another_robot else "world",
            gripper_levels=(float(opened), float(closed)),
            offset=tuple(float(number) for number in space.get("action_offset", ())),
            scale=scale,
        ),
    )


def _field_of_format_2(name: str, size: int, another_robot: bool) -> Field:
    known = ARM.get(name)
    if known is not None and known.shape == (size,) and not another_robot:
        return known
    if "_from_" in name and size == 3:
        return Field(name, (size,), "displacement")
    for end, width, kind in _KINDS_OF_FORMAT_2:
        if name.endswith(end) and size == width:
            return Field(name, (size,), kind)
    return Field(name, (size,))

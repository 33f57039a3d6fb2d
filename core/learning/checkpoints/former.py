"""Checkpoints of former formats, brought to the present one when they are read.

What changed with version 3: fields have kinds (the spec, which was the space); demonstrations are
called so, and no longer the memory; modules that only a training needs belong to their objectives,
and lie beside the optimiser. `Configuration.from_dict` converts settings that were renamed.
"""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from core.spec import ARM, Actions, Field, Kind, Spec

READABLE = (2, 3)
"""Versions of the format that are read; the last is the one that is written."""
DEMONSTRATIONS = "demonstrations.safetensors"
"""The file that holds the demonstrations."""
OBJECTIVES = "objectives."
"""How the names of weights begin that only a training needs."""

_DEMONSTRATIONS_OF_FORMAT_2 = "memory.safetensors"
_OBJECTIVES_OF_FORMAT_2 = {
    "inverse_dynamics.": "objectives.inverse_dynamics.",
    "projector.": "objectives.contrastive.projector.",
    "masked_prediction.": "objectives.masked.",
}
_RECONSTRUCTED = ("reconstruction", "next_observation")
"""The terms that shared one decoder in format 2, called the reconstructor."""

_KINDS_OF_FORMAT_2: tuple[tuple[str, int, Kind], ...] = (
    ("_position", 3, "position"),
    ("_rotation", 6, "rotation"),
)
"""Format 2 knew what a field was by the end of its name and its size."""


def present_description(description: Mapping[str, Any]) -> dict[str, Any]:
    """A description of any readable version by its present names; `version` stays as written.

    Raises `KeyError`, `TypeError` or `ValueError` where it does not make sense.
    """
    present = dict(description)
    if present["version"] == 2:
        present["spec"] = _spec_of_format_2(present.pop("space")).to_dict()
        present["normaliser"] = present.pop("standardisation")
        present["demonstrations"] = present.pop("memory")
    return present


def stored_name(name: str, description: Mapping[str, Any]) -> str:
    """What the file `name` is called in a checkpoint of the version that was written."""
    former = description["version"] == 2 and name == DEMONSTRATIONS
    return _DEMONSTRATIONS_OF_FORMAT_2 if former else name


def present_weights(
    weights: Mapping[str, Tensor], description: Mapping[str, Any]
) -> dict[str, Tensor]:
    """Weights by their present names."""
    if description["version"] != 2:
        return dict(weights)
    renamed = dict(_OBJECTIVES_OF_FORMAT_2)
    for term in _RECONSTRUCTED:
        if description["configuration"]["loss"].get(term):
            renamed["reconstructor."] = f"objectives.{term}.decoder."
    return {_renamed(name, renamed): tensor for name, tensor in weights.items()}


def _renamed(name: str, renamed: Mapping[str, str]) -> str:
    for former, present in renamed.items():
        if name.startswith(former):
            return present + name.removeprefix(former)
    return name


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

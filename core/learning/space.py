"""What a policy senses and does, and the statistics that bring it to one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

COMMAND_NAMES = (
    "linear_x",
    "linear_y",
    "linear_z",
    "angular_x",
    "angular_y",
    "angular_z",
    "gripper",
)
"""Names given to seven-dimensional actions when the data does not name them."""

CONSTANT_BELOW = 1e-6
"""A feature whose standard deviation is below this is constant: it is set to zero."""
RESOLUTION = {"_rotation": 0.005, "_position": 1e-3, "_opening": 1e-3}
"""The same for the bundled arm's fields, by the end of the name: entries of rotation matrices, and
lengths [m]. What varies less is how the arm gives way under its own motion; brought to unit
variance it tells the last command, and a policy learns to repeat that (raw BC, single actions, 100
demonstrations, 100 validation starts of reach: 40 successes with such features, 100 without)."""


@dataclass(frozen=True)
class Space:
    """Names and sizes of what goes into and comes out of a policy."""

    task: str
    """Name of the task."""
    control_rate: float
    """Control steps per second [Hz]."""
    fields: dict[str, int]
    """Size of each observation field, in the order in which they are packed."""
    action_names: tuple[str, ...]
    """Name of each entry of an action."""
    action_unit: str = "command in [-1, 1]"
    """Unit of the actions."""
    gripper_levels: tuple[float, float] = (-1.0, 1.0)
    """Gripper commands that stand for open and closed: the medians of those demonstrated."""
    action_offset: tuple[float, ...] = ()
    """What the command 0 means (A), in the robot's units; () where commands are its units."""
    action_scale: tuple[float, ...] = ()
    """What a command grows by from 0 to 1 (A), in the robot's units; () as above."""

    @property
    def observation_size(self) -> int:
        """Size O of all fields together."""
        return sum(self.fields.values())

    @property
    def action_size(self) -> int:
        """Number A of action dimensions."""
        return len(self.action_names)

    @property
    def foreign(self) -> bool:
        """Whether the data are another robot's, whose fields and actions may mean anything."""
        return bool(self.action_scale)

    @property
    def gripper(self) -> int | None:
        """Index of the action called ``gripper``, if there is one."""
        return self.action_names.index("gripper") if "gripper" in self.action_names else None

    def in_robot_units(self, commands: np.ndarray) -> np.ndarray:
        """Actions (n, A) float32 as the robot of the training data takes them."""
        if not self.action_scale:
            return commands
        return (np.asarray(self.action_offset) + np.asarray(self.action_scale) * commands).astype(
            np.float32
        )

    def in_commands(self, actions: np.ndarray) -> np.ndarray:
        """The inverse of `in_robot_units`: commands (n, A) float32."""
        if not self.action_scale:
            return actions
        return ((actions - np.asarray(self.action_offset)) / np.asarray(self.action_scale)).astype(
            np.float32
        )

    def split(self, packed: Tensor) -> dict[str, Tensor]:
        """Views of the fields {name: (..., size)} of a packed observation (..., O)."""
        parts = packed.split(list(self.fields.values()), dim=-1)
        return dict(zip(self.fields, parts, strict=True))

    def slice_of(self, field: str) -> slice:
        """Where `field` lies in a packed observation."""
        start = 0
        for name, size in self.fields.items():
            if name == field:
                return slice(start, start + size)
            start += size
        raise KeyError(field)

    def to_dict(self) -> dict[str, Any]:
        """The space as JSON can hold it."""
        return {
            "task": self.task,
            "control_rate": self.control_rate,
            "fields": [[name, size] for name, size in self.fields.items()],
            "action_names": list(self.action_names),
            "action_unit": self.action_unit,
            "gripper_levels": list(self.gripper_levels),
            "action_offset": list(self.action_offset),
            "action_scale": list(self.action_scale),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Space:
        """The space that `to_dict` described."""
        return cls(
            task=str(values["task"]),
            control_rate=float(values["control_rate"]),
            fields={str(name): int(size) for name, size in values["fields"]},
            action_names=tuple(str(name) for name in values["action_names"]),
            action_unit=str(values["action_unit"]),
            gripper_levels=(
                float(values["gripper_levels"][0]),
                float(values["gripper_levels"][1]),
            ),
            action_offset=tuple(float(number) for number in values.get("action_offset", ())),
            action_scale=tuple(float(number) for number in values.get("action_scale", ())),
        )


@dataclass(frozen=True)
class Standardisation:
    """Mean and standard deviation of each feature of the training data, in its own unit."""

    mean: dict[str, np.ndarray]
    """Mean of each field, (size,) float32."""
    std: dict[str, np.ndarray]
    """Standard deviation of each field, (size,) float32; zero for a constant feature."""

    @classmethod
    def of(
        cls, observations: Sequence[Mapping[str, np.ndarray]], *, foreign: bool = True
    ) -> Standardisation:
        """Statistics over the rows of all `observations`, each {field: (T, size)}.

        `foreign`: whether the fields are another robot's, of which no `RESOLUTION` is known.
        """
        mean: dict[str, np.ndarray] = {}
        std: dict[str, np.ndarray] = {}
        for name in observations[0]:
            rows = np.concatenate([o[name] for o in observations]).astype(np.float64)
            spread = rows.std(axis=0)
            mean[name] = rows.mean(axis=0).astype(np.float32)
            least = CONSTANT_BELOW
            if not foreign:
                least = next((r for end, r in RESOLUTION.items() if name.endswith(end)), least)
            std[name] = np.where(spread < least, 0.0, spread).astype(np.float32)
        return cls(mean, std)

    def packed(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean (O,) and standard deviation (O,) of all fields one after the other."""
        return np.concatenate(list(self.mean.values())), np.concatenate(list(self.std.values()))

    def apply(self, observation: Mapping[str, np.ndarray]) -> Tensor:
        """Packed standardised observation (..., O) of {field: (..., size)}; constants become 0.

        Raises `KeyError` naming a field that is missing.
        """
        parts = []
        for name, mean in self.mean.items():
            if name not in observation:
                raise KeyError(
                    f"observation has no field '{name}'; the policy needs: {', '.join(self.mean)}"
                )
            std = self.std[name]
            scale = np.divide(1.0, std, out=np.zeros_like(std), where=std > 0)
            parts.append((np.asarray(observation[name], dtype=np.float32) - mean) * scale)
        return torch.from_numpy(np.concatenate(parts, axis=-1).astype(np.float32, copy=False))

    def invert(self, packed: Tensor) -> dict[str, np.ndarray]:
        """{field: (..., size)} in physical units of a packed standardised observation (..., O)."""
        values = packed.detach().cpu().numpy()
        result, start = {}, 0
        for name, mean in self.mean.items():
            part = values[..., start : start + len(mean)]
            result[name] = part * self.std[name] + mean
            start += len(mean)
        return result

    def to_dict(self) -> dict[str, Any]:
        """The statistics as JSON can hold them; float32 survives exactly."""
        return {
            name: {"mean": self.mean[name].tolist(), "std": self.std[name].tolist()}
            for name in self.mean
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], fields: Sequence[str]) -> Standardisation:
        """The statistics that `to_dict` described, in the order of `fields`."""
        return cls(
            {name: np.asarray(values[name]["mean"], dtype=np.float32) for name in fields},
            {name: np.asarray(values[name]["std"], dtype=np.float32) for name in fields},
        )

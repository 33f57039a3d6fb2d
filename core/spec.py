"""What a policy senses, is asked about, and does: named fields, each with a kind.

The kind of a field decides how it is scaled, below which spread it counts as constant, how it
changes when a scene is rotated, moved or mirrored, and what noise on it means. Knows no simulator,
no recording format and no tensor library.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, get_args

import numpy as np

from core.versions import RENDERING

Kind = Literal[
    "position",
    "displacement",
    "rotation",
    "joint",
    "velocity",
    "wrench",
    "opening",
    "image",
    "scalar",
]
"""What the numbers of a field are.

``position``: a point (3) [m] in the world frame. ``displacement``: from one point to another (3)
[m], world axes. ``rotation``: the first two columns of a rotation matrix (6). ``joint``: joint
positions, that of the vertical base joint first [rad]. ``velocity``: rates of anything.
``wrench``: a force (3) [N] or a torque (3) [N m] in the tool's frame. ``opening``: of a gripper
[m]. ``image``: camera images (height, width, 3) uint8. ``scalar``: numbers about whose meaning
nothing is assumed.
"""
KINDS: tuple[str, ...] = get_args(Kind)
VECTOR_KINDS = tuple(kind for kind in KINDS if kind != "image")

SHAPES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {"position": (3,), "displacement": (3,), "rotation": (6,), "wrench": (3,)}
)
"""Shape of a field of a kind that has only one."""
RESOLUTION: Mapping[Kind, float] = MappingProxyType(
    {"rotation": 0.005, "position": 1e-3, "opening": 1e-3}
)
"""Standard deviation below which a feature of a kind counts as constant, in the field's unit.
What varies less is how an arm gives way under its own motion; scaled to unit variance it reveals
the last command, and a policy learns to repeat that (raw BC, single actions, 100 demonstrations,
100 validation starts of reach: 40 successes with such features, 100 without)."""
SMALLEST_SPREAD = 1e-6
"""The same for all other kinds."""

COMMAND_NAMES = (
    "linear_x",
    "linear_y",
    "linear_z",
    "angular_x",
    "angular_y",
    "angular_z",
    "gripper",
)
"""Names of the seven numbers that command the bundled arm."""


@dataclass(frozen=True)
class Field:
    """One named part of an observation.

    Raises `ValueError` for an unknown kind, and for a shape that its kind cannot have.
    """

    name: str
    """Key in the observation."""
    shape: tuple[int, ...]
    """Shape of one frame of it."""
    kind: Kind = "scalar"
    """What its numbers are."""
    unit: str = ""
    """Physical unit; empty where there is none."""
    description: str = field(default="", compare=False)
    """One sentence for a person."""
    rendering: int = 0
    """Of an image: version of the settings with which this program draws it, as in
    `core.versions.RENDERING`. 0 for all other images: of a real camera, of another program, or
    drawn before there was a version."""
    source: str = ""
    """Field whose last `history` frames this one holds side by side, the newest last; empty: this
    one is itself what is sensed."""
    history: int = 1
    """How many frames it holds."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(
                f"field '{self.name}' is of the unknown kind '{self.kind}'; "
                f"kinds: {', '.join(KINDS)}"
            )

        expected = self.shape if self.source else SHAPES.get(self.kind, self.shape)
        if self.shape != expected:
            raise ValueError(
                f"field '{self.name}' has shape {self.shape}; a {self.kind} has {expected}"
            )

    @property
    def size(self) -> int:
        """Number of features."""
        return math.prod(self.shape)

    def remembered(self, history: int) -> Field:
        """The field of the last `history` frames of this vector field."""
        return replace(
            self,
            name=f"{self.name}_history",
            shape=(history * self.size,),
            source=self.name,
            history=history,
        )

    @property
    def demanded(self) -> Field:
        """What has to be sensed for it: itself, or the one frame of a field of several."""
        if not self.source:
            return self
        shape = (self.size // self.history,)
        return replace(self, name=self.source, shape=shape, source="", history=1)

    @property
    def symmetric(self) -> bool:
        """Whether images show the mirrored scene when they are mirrored: those that this program
        draws do, since its cameras look along the plane of symmetry of the arm."""
        return self.kind == "image" and self.rendering > 0

    @property
    def resolution(self) -> float:
        """Standard deviation below which a feature counts as constant, in the field's unit."""
        return RESOLUTION.get(self.kind, SMALLEST_SPREAD)

    @property
    def axial(self) -> bool:
        """Whether it is a torque, which a mirror turns the other way than a force."""
        return self.kind == "wrench" and self.unit == "N m"

    def to_dict(self) -> dict[str, Any]:
        """The field as JSON can hold it."""
        more: dict[str, Any] = {"rendering": self.rendering} if self.rendering else {}
        if self.source:
            more |= {"source": self.source, "history": self.history}
        return {
            "name": self.name,
            "shape": list(self.shape),
            "kind": self.kind,
            "unit": self.unit,
            **more,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Field:
        """The field that `to_dict` described."""
        shape = tuple(int(size) for size in values["shape"])
        return cls(
            name=str(values["name"]),
            shape=shape,
            kind=values["kind"],
            unit=str(values.get("unit", "")),
            rendering=int(values.get("rendering", 0)),
            source=str(values.get("source", "")),
            history=int(values.get("history", 1)),
        )


_ARM_FIELDS = (
    Field(
        "end_effector_position",
        (3,),
        "position",
        "m",
        "Point between the finger tips, world frame",
    ),
    Field(
        "end_effector_rotation",
        (6,),
        "rotation",
        "",
        "First two columns of the tool's rotation matrix",
    ),
    Field("gripper_opening", (1,), "opening", "m", "Distance between the fingers"),
    Field("joint_positions", (7,), "joint", "rad", "Angles of the seven joints, base to wrist"),
    Field("joint_velocities", (7,), "velocity", "rad/s", "Rates of the seven joints"),
    Field("wrist_force", (3,), "wrench", "N", "Force on the tool without its weight, tool frame"),
    Field(
        "wrist_torque",
        (3,),
        "wrench",
        "N m",
        "Torque about the wrist without the tool's weight, tool frame",
    ),
    Field("object_position", (3,), "position", "m", "Centre of the box, world frame"),
    Field(
        "object_rotation",
        (6,),
        "rotation",
        "",
        "First two columns of the box's rotation matrix",
    ),
    Field(
        "object_from_end_effector",
        (3,),
        "displacement",
        "m",
        "Box relative to the finger tips, world axes",
    ),
    Field("goal_position", (3,), "position", "m", "Where to go, world frame"),
    Field("goal_from_object", (3,), "displacement", "m", "Goal relative to the box, world axes"),
    Field(
        "goal_from_end_effector",
        (3,),
        "displacement",
        "m",
        "Goal relative to the finger tips, world axes",
    ),
)
ARM: Mapping[str, Field] = MappingProxyType({each.name: each for each in _ARM_FIELDS})
"""What the bundled arm and its scenes can sense, by name."""


POLICY_CAMERAS = ("workspace", "wrist")
"""Cameras of the bundled scenes that policies see with, by name."""
IMAGE_SIZES = (64, 96, 128, 224)
"""Heights and widths of their images that are offered [px]."""
IMAGE_SIZE = 64
"""The default."""
IMAGE_SUFFIX = "_image"
"""What the name of a camera's field adds to its own."""


def image_field(camera: str, size: int = IMAGE_SIZE) -> Field:
    """The field of a bundled `camera`'s images of `size` x `size` pixels, drawn as now."""
    return Field(f"{camera}{IMAGE_SUFFIX}", (size, size, 3), "image", rendering=RENDERING)


def camera_of(name: str) -> str:
    """The camera of the image field called `name`."""
    return name.removesuffix(IMAGE_SUFFIX)


def fields_of(arrays: Mapping[str, np.ndarray], known: Mapping[str, Field]) -> tuple[Field, ...]:
    """The fields of `arrays` {name: (T, *shape)}, in their order.

    A field that is `known` by its name and shape has that meaning; others are images where they
    are (T, height, width, 3) of uint8, and scalars otherwise.
    """
    found = []
    for name, array in arrays.items():
        shape = tuple(int(size) for size in np.shape(array)[1:])
        given = known.get(name)
        if given is not None and given.shape == shape:
            found.append(given)
        else:
            picture = len(shape) == 3 and np.asarray(array).dtype == np.uint8
            found.append(Field(name, shape, "image" if picture else "scalar"))
    return tuple(found)


@dataclass(frozen=True)
class Actions:
    """What a policy does: named numbers, commands in [-1, 1] while it is learned and recorded.

    A robot that is driven in radians or degrees executes ``offset + scale * command``. Raises
    `ValueError` for units that do not fit the names or are not finite.
    """

    names: tuple[str, ...]
    """Name of each entry (A)."""
    unit: str = "command in [-1, 1]"
    """Unit of what the robot executes."""
    frame: Literal["world", "robot"] = "robot"
    """``world``: the entries called ``linear_…`` and ``angular_…`` are velocities of the end
    effector along the axes of the world, and turn with the scene."""
    gripper_levels: tuple[float, float] = (-1.0, 1.0)
    """Gripper commands that stand for open and closed: the medians of those demonstrated."""
    offset: tuple[float, ...] = ()
    """What the command 0 means (A), in the robot's units; () where commands are its units."""
    scale: tuple[float, ...] = ()
    """What a command grows by from 0 to 1 (A), in the robot's units, larger than 0; () as above."""

    def __post_init__(self) -> None:
        sizes = {len(self.offset), len(self.scale)}
        if sizes not in ({0}, {len(self.names)}):
            raise ValueError(
                f"{len(self.names)} action names, {len(self.offset)} offsets and "
                f"{len(self.scale)} scales; expected one of each for every entry of an action"
            )
        if not all(map(math.isfinite, self.offset)) or not all(
            0 < s < math.inf for s in self.scale
        ):
            raise ValueError(
                "the units of the actions are not finite; expected scales larger than 0"
            )

    @property
    def size(self) -> int:
        """Number A of entries."""
        return len(self.names)

    @property
    def gripper(self) -> int | None:
        """Index of the entry called ``gripper``, if there is one."""
        return self.names.index("gripper") if "gripper" in self.names else None

    def in_robot_units(self, commands: np.ndarray) -> np.ndarray:
        """Actions (n, A) float32 as the robot takes them, from commands (n, A)."""
        if not self.scale:
            return commands
        return (np.asarray(self.offset) + np.asarray(self.scale) * commands).astype(np.float32)

    def in_commands(self, actions: np.ndarray) -> np.ndarray:
        """The inverse of `in_robot_units`: commands (n, A) float32."""
        if not self.scale:
            return actions
        return ((actions - np.asarray(self.offset)) / np.asarray(self.scale)).astype(np.float32)

    def to_dict(self) -> dict[str, Any]:
        """The actions as JSON can hold them."""
        return {
            "names": list(self.names),
            "unit": self.unit,
            "frame": self.frame,
            "gripper_levels": list(self.gripper_levels),
            "offset": list(self.offset),
            "scale": list(self.scale),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Actions:
        """The actions that `to_dict` described."""
        opened, closed = values["gripper_levels"]
        return cls(
            names=tuple(str(name) for name in values["names"]),
            unit=str(values["unit"]),
            frame="world" if values["frame"] == "world" else "robot",
            gripper_levels=(float(opened), float(closed)),
            offset=tuple(float(number) for number in values["offset"]),
            scale=tuple(float(number) for number in values["scale"]),
        )


@dataclass(frozen=True)
class Spec:
    """What a policy senses, is asked about, and does."""

    task: str
    """Name of the task."""
    control_rate: float
    """Control steps per second [Hz]."""
    fields: tuple[Field, ...]
    """Everything that was recorded, in the order in which vectors are packed."""
    senses: tuple[str, ...]
    """Names of the fields that the policy senses: without them it cannot act."""
    actions: Actions
    """What it does."""

    @property
    def sensed(self) -> tuple[Field, ...]:
        """The fields that the policy senses."""
        return tuple(each for each in self.fields if each.name in self.senses)

    @property
    def demanded(self) -> tuple[Field, ...]:
        """What has to be sensed for `sensed`, frame by frame."""
        return tuple(dict.fromkeys(each.demanded for each in self.sensed))

    @property
    def probes(self) -> tuple[Field, ...]:
        """The fields that it is asked about and never senses."""
        return tuple(each for each in self.fields if each.name not in self.senses)

    @property
    def vectors(self) -> tuple[Field, ...]:
        """All fields but images; packed side by side they are an observation (O)."""
        return tuple(each for each in self.fields if each.kind != "image")

    @property
    def sensed_images(self) -> tuple[Field, ...]:
        """The images that the policy senses."""
        return tuple(each for each in self.sensed if each.kind == "image")

    @property
    def vector_size(self) -> int:
        """Size O of all vector fields together."""
        return sum(each.size for each in self.vectors)

    def slices(self, *kinds: Kind) -> dict[str, slice]:
        """Where each vector field of one of `kinds` lies in a packed observation (O)."""
        found, start = {}, 0
        for each in self.vectors:
            if not kinds or each.kind in kinds:
                found[each.name] = slice(start, start + each.size)
            start += each.size
        return found

    def sensing(self, names: Iterable[str]) -> Spec:
        """The same, sensing the fields called `names`."""
        chosen = set(names)
        return replace(self, senses=tuple(f.name for f in self.fields if f.name in chosen))

    def sensing_all_vectors(self) -> Spec:
        """The same, sensing all vector fields too."""
        senses = (f.name for f in self.fields if f.kind != "image" or f.name in self.senses)
        return replace(self, senses=tuple(senses))

    def to_dict(self) -> dict[str, Any]:
        """The spec as JSON can hold it."""
        return {
            "task": self.task,
            "control_rate": self.control_rate,
            "fields": [each.to_dict() for each in self.fields],
            "senses": list(self.senses),
            "actions": self.actions.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Spec:
        """The spec that `to_dict` described."""
        return cls(
            task=str(values["task"]),
            control_rate=float(values["control_rate"]),
            fields=tuple(Field.from_dict(each) for each in values["fields"]),
            senses=tuple(str(name) for name in values["senses"]),
            actions=Actions.from_dict(values["actions"]),
        )

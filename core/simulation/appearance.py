"""How a scene looks: light, colours, cameras and things that are only seen. Never its physics."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

import mujoco
import numpy as np

from core.simulation import rotation
from core.simulation.errors import AppearanceError

Vector = tuple[float, float, float]

SHAPES = MappingProxyType(
    {
        "box": mujoco.mjtGeom.mjGEOM_BOX,
        "sphere": mujoco.mjtGeom.mjGEOM_SPHERE,
        "cylinder": mujoco.mjtGeom.mjGEOM_CYLINDER,
        "capsule": mujoco.mjtGeom.mjGEOM_CAPSULE,
        "ellipsoid": mujoco.mjtGeom.mjGEOM_ELLIPSOID,
    }
)
"""Shapes of things that are only seen, as MuJoCo numbers them."""

_CHANGED = (
    "cam_pos",
    "cam_quat",
    "light_dir",
    "light_diffuse",
    "light_specular",
    "mat_rgba",
)
"""Arrays of a model that an appearance changes."""
_HEADLIGHT = ("ambient", "diffuse")
"""The same of the headlight, which gives the light from everywhere."""


@dataclass(frozen=True)
class SeenThing:
    """Something that cameras see and nothing touches."""

    shape: Literal["box", "sphere", "cylinder", "capsule", "ellipsoid"]
    """Its shape."""
    size: Vector
    """Half of its extent along its own axes [m]; of a cylinder or capsule: radius, half length and
    a number that is not used."""
    position: Vector
    """Its centre, world frame [m]."""
    color: Vector
    """Red, green and blue in [0, 1]."""
    yaw: float = 0.0
    """Heading about the vertical [rad]."""


@dataclass(frozen=True)
class CameraChange:
    """How far a camera is from where it belongs, along and about its own axes.

    They point to the right of the image, up, and out of the image at whoever looks at it.
    """

    moved: Vector = (0.0, 0.0, 0.0)
    """[m]"""
    turned: Vector = (0.0, 0.0, 0.0)
    """Rotation vector [rad]."""


@dataclass(frozen=True)
class Appearance:
    """What is different about the looks of one scene; nothing by default."""

    light_turned: Vector = (0.0, 0.0, 0.0)
    """Rotation of the direction of all lights, a rotation vector in the world frame [rad]."""
    light: Vector = (1.0, 1.0, 1.0)
    """Factor of the red, green and blue of all lights."""
    ambient: Vector = (1.0, 1.0, 1.0)
    """The same of the light that comes from everywhere."""
    colors: Mapping[str, Vector] = field(default_factory=dict)
    """Red, green and blue in [0, 1] by the name of a material of the scene."""
    cameras: Mapping[str, CameraChange] = field(default_factory=dict)
    """Changed cameras by name."""
    things: tuple[SeenThing, ...] = ()
    """Things that are only seen."""

    def apply(self, model: mujoco.MjModel) -> None:
        """Change a model whose looks are as they were loaded.

        `SeenThing`s are no part of a model: `add_to` draws them. Raises :class:`AppearanceError`
        for a material or a camera that the scene lacks.
        """
        turn = _quaternion(self.light_turned)
        for light in range(model.nlight):
            model.light_dir[light] = _rotated(model.light_dir[light], turn)
        model.light_diffuse[:] *= self.light
        model.light_specular[:] *= self.light
        headlight = model.vis.headlight
        headlight.diffuse[:] *= self.light
        headlight.ambient[:] *= self.ambient
        for name, color in self.colors.items():
            model.mat_rgba[_number(model, "material", name), :3] = color
        for name, change in self.cameras.items():
            camera = _number(model, "camera", name)
            pose = model.cam_quat[camera].copy()
            model.cam_pos[camera] += _rotated(np.array(change.moved), pose)
            mujoco.mju_mulQuat(model.cam_quat[camera], pose, _quaternion(change.turned))

    def add_to(self, scene: mujoco.MjvScene) -> None:
        """Add the things that are only seen to a scene that was just updated.

        Raises :class:`AppearanceError` where the scene is full.
        """
        for thing in self.things:
            if scene.ngeom >= scene.maxgeom:
                raise AppearanceError(
                    f"{len(self.things)} more things do not fit into a scene of {scene.maxgeom}"
                )
            cosine, sine = np.cos(thing.yaw), np.sin(thing.yaw)
            turn = np.array([cosine, -sine, 0, sine, cosine, 0, 0, 0, 1.0])
            radius, length, _ = thing.size
            size = (
                (radius, radius, length) if thing.shape in ("cylinder", "capsule") else thing.size
            )
            mujoco.mjv_initGeom(
                scene.geoms[scene.ngeom],
                SHAPES[thing.shape],
                np.array(size),
                np.array(thing.position),
                turn,
                np.array([*thing.color, 1.0], dtype=np.float32),
            )
            scene.ngeom += 1


class ChangingLooks:
    """Lets a model look like one appearance after another; owns a copy of how it looked first.

    Restoring takes about 30 µs. Physics is not touched.
    """

    def __init__(self, model: mujoco.MjModel) -> None:
        self._model = model
        headlight = model.vis.headlight
        self._arrays: list[tuple[Any, np.ndarray]] = [
            (array, array.copy())
            for array in (
                *(getattr(model, name) for name in _CHANGED),
                *(getattr(headlight, name) for name in _HEADLIGHT),
            )
        ]
        self._shown: Appearance | None = None

    def show(self, appearance: Appearance | None) -> None:
        """Let the model look so; None: as it looked first. Raises :class:`AppearanceError`."""
        if appearance is self._shown:
            return
        for array, first in self._arrays:
            array[:] = first
        self._shown = None  # where applying fails
        if appearance is not None:
            appearance.apply(self._model)
        self._shown = appearance

    def add_to(self, scene: mujoco.MjvScene) -> None:
        """Add what is only seen to a scene that was just updated."""
        if self._shown is not None:
            self._shown.add_to(scene)


def _number(model: mujoco.MjModel, kind: str, name: str) -> int:
    """The index of a material or camera."""
    types = {"material": mujoco.mjtObj.mjOBJ_MATERIAL, "camera": mujoco.mjtObj.mjOBJ_CAMERA}
    number = mujoco.mj_name2id(model, types[kind], name)
    if number < 0:
        count = {"material": model.nmat, "camera": model.ncam}[kind]
        names = (mujoco.mj_id2name(model, types[kind], each) for each in range(count))
        known = ", ".join(each for each in names if each)
        raise AppearanceError(f"the scene has no {kind} {name!r}; it has: {known}")
    return number


def _quaternion(vector: Vector) -> np.ndarray:
    """The rotation (4,) that a rotation vector stands for."""
    return rotation.from_vector(np.array([vector]))[0]


def _rotated(vector: np.ndarray, quaternion: np.ndarray) -> np.ndarray:
    """A vector (3,), rotated."""
    result = np.empty(3)
    mujoco.mju_rotVecQuat(result, vector, quaternion)
    return result

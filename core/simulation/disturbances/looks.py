"""Disturbances of how the scene looks: light, colours, distractors and cameras. All stay for an
episode and are functions of the seed."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import numpy as np

from core.simulation.appearance import Appearance, CameraChange, SeenThing, Vector
from core.simulation.disturbances.disturbance import NO_IMAGES, AppearanceDisturbance
from core.simulation.model import load_model
from core.simulation.noise import bits
from core.simulation.task import OBJECT_BOX, Box, Task

_UNIT = 2.0**-53
TABLE = ("bench_top",)
"""Materials of the table in the bundled scenes."""
OBJECT = ("object", "object_edge")
"""Materials of the box."""
SURROUNDINGS = Box((0.30, -0.30, 0.0), (0.70, 0.30, 0.0))
"""Where distractors lie [m]: what the workspace camera sees of the table."""
SMALLEST, LARGEST = 0.010, 0.022
"""Half of the extent of a distractor [m]; the box has 0.02."""
_SHAPES: tuple[Literal["box", "sphere", "cylinder"], ...] = ("box", "sphere", "cylinder")
_DRAWN = 6
"""Random numbers for each distractor."""
_TRIES = 16
"""Places that are tried for a distractor; half of the surroundings are free."""


class LightDirection(AppearanceDisturbance):
    """All lights shine from elsewhere, turned together about an axis of the seed's own."""

    def change(self, looks: Appearance, strength: float, task: Task, seed: int) -> Appearance:
        """The lights turned by `strength` degrees."""
        del task
        turned = _vector(math.radians(strength), chances("light direction", seed, 2))
        return replace(looks, light_turned=_sum(looks.light_turned, turned))


class LightStrength(AppearanceDisturbance):
    """All light is stronger, or all is weaker, by the same part."""

    def change(self, looks: Appearance, strength: float, task: Task, seed: int) -> Appearance:
        """The lights multiplied by 1 + `strength` or 1 - `strength`."""
        del task
        sign = -1.0 if chances("light strength", seed, 1)[0] < 0.5 else 1.0
        factor = 1.0 + sign * strength
        light, ambient = factor * np.array(looks.light), factor * np.array(looks.ambient)
        return replace(looks, light=_numbers(light), ambient=_numbers(ambient))


@dataclass(frozen=True)
class Colour(AppearanceDisturbance):
    """Gives materials of the scene another hue, the same for all of them."""

    what: str = "table"
    """What is coloured, in words."""
    materials: tuple[str, ...] = TABLE
    """Names of its materials in the scene."""

    def lacking(self, task: Task, images: bool = True) -> str | None:
        """Why a policy for `task` cannot be disturbed so; None if it can."""
        if not images:
            return NO_IMAGES
        if any(name in _scene(task.name).colors for name in self.materials):
            return None
        return f"task {task.name!r} has no {self.what} to colour"

    def change(self, looks: Appearance, strength: float, task: Task, seed: int) -> Appearance:
        """The materials mixed with a pure colour; `strength` is the colour's part."""
        hue = float(chances(f"colour of the {self.what}", seed, 1)[0])
        pure = np.array(colorsys.hsv_to_rgb(hue, 1.0, 1.0))
        before = {**_scene(task.name).colors, **looks.colors}
        own = [name for name in self.materials if name in before]
        mixed = {
            name: _numbers((1.0 - strength) * np.array(before[name]) + strength * pure)
            for name in own
        }
        return replace(looks, colors={**looks.colors, **mixed})


class Distractors(AppearanceDisturbance):
    """Small coloured things on the table, around the middle of the region in which the box starts.

    They are only seen: the arm passes through them.
    """

    def change(self, looks: Appearance, strength: float, task: Task, seed: int) -> Appearance:
        """The first `strength` things of the seed; fewer are the same ones."""
        del task
        things = tuple(_thing(seed, number) for number in range(int(strength)))
        return replace(looks, things=looks.things + things)


class CameraMoved(AppearanceDisturbance):
    """Each camera is beside its place, in a direction of its own."""

    def change(self, looks: Appearance, strength: float, task: Task, seed: int) -> Appearance:
        """All cameras of the scene moved by `strength` [m]."""
        cameras = dict(looks.cameras)
        for name in _scene(task.name).cameras:
            before = cameras.get(name, CameraChange())
            moved = _vector(strength, chances(f"camera moved {name}", seed, 2))
            cameras[name] = replace(before, moved=_sum(before.moved, moved))
        return replace(looks, cameras=cameras)


class CameraTurned(AppearanceDisturbance):
    """Each camera looks elsewhere, turned about an axis of its own."""

    def change(self, looks: Appearance, strength: float, task: Task, seed: int) -> Appearance:
        """All cameras of the scene turned by `strength` degrees."""
        cameras = dict(looks.cameras)
        for name in _scene(task.name).cameras:
            before = cameras.get(name, CameraChange())
            turned = _vector(math.radians(strength), chances(f"camera turned {name}", seed, 2))
            cameras[name] = replace(before, turned=_sum(before.turned, turned))
        return replace(looks, cameras=cameras)


def chances(stream: str, seed: int, count: int) -> np.ndarray:
    """Numbers in [0, 1) (count,), a function of (stream, seed) alone."""
    drawn: np.ndarray = (bits(stream, [seed], 0, count)[0] >> np.uint64(11)) * _UNIT
    return drawn


@dataclass(frozen=True)
class _Scene:
    """What a task's scene has that can look different."""

    colors: Mapping[str, Vector]
    """Red, green and blue of its materials, by name."""
    cameras: tuple[str, ...]
    """Names of its cameras."""


@cache
def _scene(task: str) -> _Scene:
    model = load_model(task)
    materials = [model.material(number) for number in range(model.nmat)]
    cameras = tuple(model.camera(number).name for number in range(model.ncam))
    return _Scene({each.name: _numbers(each.rgba[:3]) for each in materials}, cameras)


def _thing(seed: int, number: int) -> SeenThing:
    """Distractor number `number` of a seed."""
    drawn = chances(f"distractor {number}", seed, _DRAWN + 2 * _TRIES)
    shape, wide, high, hue, value, yaw = drawn[:_DRAWN]
    low, high_corner = np.array(SURROUNDINGS.low[:2]), np.array(SURROUNDINGS.high[:2])
    places = low + drawn[_DRAWN:].reshape(_TRIES, 2) * (high_corner - low)
    center = (np.array(OBJECT_BOX.low[:2]) + np.array(OBJECT_BOX.high[:2])) / 2.0
    half = (np.array(OBJECT_BOX.high[:2]) - np.array(OBJECT_BOX.low[:2])) / 4.0
    free = np.any(np.abs(places - center) > half + LARGEST, axis=1)
    x, y = places[free.argmax()]
    width, height = SMALLEST + (LARGEST - SMALLEST) * np.array((wide, high))
    kind = _SHAPES[int(shape * len(_SHAPES))]
    if kind == "sphere":
        height = width
    size = (width, height, height) if kind == "cylinder" else (width, width, height)
    color = colorsys.hsv_to_rgb(float(hue), 0.85, 0.5 + 0.5 * float(value))
    return SeenThing(
        kind, _numbers(size), _numbers((x, y, height)), color, float(2.0 * np.pi * yaw)
    )


def _vector(length: float, chances: np.ndarray) -> Vector:
    """A vector in a uniformly random direction, from two numbers in [0, 1)."""
    up, around = 2.0 * chances[0] - 1.0, 2.0 * np.pi * chances[1]
    flat = math.sqrt(1.0 - up * up)
    return _numbers((length * flat * np.cos(around), length * flat * np.sin(around), length * up))


def _sum(one: Vector, other: Vector) -> Vector:
    return _numbers(np.add(one, other))


def _numbers(values: np.ndarray | tuple[float, float, float]) -> Vector:
    """Three plain numbers."""
    x, y, z = (float(value) for value in values)
    return x, y, z

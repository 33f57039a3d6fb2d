"""What is drawn into the scene in addition to the model: trail, plumb line, ghost, futures."""

import itertools
from collections import deque
from collections.abc import Iterable
from typing import Any

import mujoco
import numpy as np

from app.scene.content import View

TRAIL = 90
"""Points of the trail; one per drawn view, so three seconds at 30 frames a second."""
FUTURES = 24
"""Considered futures that are drawn; more only cover each other."""
BOX = np.full(3, 0.0202)
"""Half the edge of the box's ghost [m]."""

_TRAIL_COLOUR = (0.34, 0.71, 0.91)
_PLUMB = np.array((0.85, 0.9, 0.95, 0.28), dtype=np.float32)
_SHADOW = np.array((0.02, 0.02, 0.03, 0.26), dtype=np.float32)
_GHOST = np.array((0.80, 0.47, 0.65, 0.45), dtype=np.float32)
_FUTURE = np.array((0.94, 0.89, 0.26, 0.30), dtype=np.float32)
_IDENTITY = np.eye(3).reshape(-1)


class Marks:
    """Owns the trail; adds geoms to an `MjvScene` after the model's own."""

    def __init__(self) -> None:
        self.ghost = True
        """Whether beliefs and futures of a policy are drawn."""
        self._trail: deque[np.ndarray] = deque(maxlen=TRAIL)
        self._run: tuple[str, int] | None = None
        self._time = -1.0

    def follow(self, view: View) -> None:
        """Take in the view that is about to be drawn."""
        run, time = (view.task, view.run), view.snapshot.time
        if run != self._run or time < self._time:
            self._trail.clear()
        if time != self._time:
            self._trail.append(view.snapshot.end_effector_position)
        self._run, self._time = run, time

    def add_to(self, scene: mujoco.MjvScene, view: View) -> None:
        """Append everything to the scene, as far as it has room."""
        self._add_plumb_line(scene, view)
        for number, (start, end) in enumerate(itertools.pairwise(self._trail)):
            opacity = 0.75 * number / len(self._trail)
            colour = np.array((*_TRAIL_COLOUR, opacity), dtype=np.float32)
            _connect(scene, mujoco.mjtGeom.mjGEOM_LINE, 2.0, start, end, colour)
        explanation = view.explanation
        if self.ghost and explanation is not None:
            self._add_futures(scene, explanation)
            self._add_ghost(scene, explanation)

    def add_soft_shadows(self, scene: mujoco.MjvScene, bodies: Iterable[np.ndarray]) -> None:
        """A dark disc on the bench below each body: where real shadows cost too much."""
        for position in bodies:
            height = max(0.0, float(position[2]))
            if height < 0.6:
                radius = 0.026 + 0.12 * height
                colour = _SHADOW * np.array((1, 1, 1, 1.0 - height / 0.6), dtype=np.float32)
                size = np.array((radius, radius, 0.0002))
                foot = np.array((position[0], position[1], 0.0008))
                _place(scene, mujoco.mjtGeom.mjGEOM_CYLINDER, size, foot, _IDENTITY, colour)

    def _add_plumb_line(self, scene: mujoco.MjvScene, view: View) -> None:
        """From the finger tips straight down: depth is hard to see on a flat screen."""
        tip = view.snapshot.end_effector_position
        if tip[2] > 0.004:
            foot = np.array((tip[0], tip[1], 0.001))
            _connect(scene, mujoco.mjtGeom.mjGEOM_CAPSULE, 0.0007, tip, foot, _PLUMB)
            size = np.array((0.007, 0.007, 0.0004))
            _place(scene, mujoco.mjtGeom.mjGEOM_CYLINDER, size, foot, _IDENTITY, _PLUMB)

    def _add_futures(self, scene: mujoco.MjvScene, explanation: Any) -> None:
        futures = getattr(explanation, "futures", None)
        if futures is not None:
            for path in np.asarray(futures, dtype=np.float64)[:FUTURES]:
                for start, end in itertools.pairwise(path):
                    _connect(scene, mujoco.mjtGeom.mjGEOM_LINE, 1.5, start, end, _FUTURE)

    def _add_ghost(self, scene: mujoco.MjvScene, explanation: Any) -> None:
        """What the policy takes for true: finger tips, box and goal."""
        seen = getattr(explanation, "observation", None) or {}
        turn = _rotation(seen.get("object_rotation"))
        sphere, box = mujoco.mjtGeom.mjGEOM_SPHERE, mujoco.mjtGeom.mjGEOM_BOX
        for name, kind, size, rotation in (
            ("end_effector_position", sphere, np.full(3, 0.012), _IDENTITY),
            ("object_position", box, BOX, turn),
            ("goal_position", sphere, np.full(3, 0.014), _IDENTITY),
        ):
            if name in seen:
                point = np.asarray(seen[name], dtype=np.float64).reshape(-1)[:3]
                _place(scene, kind, size, point, rotation, _GHOST)


def _rotation(columns: Any) -> np.ndarray:
    """A rotation matrix, row by row (9,), from its first two columns, which may be noisy."""
    if columns is None:
        return _IDENTITY
    first, second = np.asarray(columns, dtype=np.float64).reshape(2, 3)
    x = first / max(float(np.linalg.norm(first)), 1e-6)
    y = second - x * float(x @ second)
    y = y / max(float(np.linalg.norm(y)), 1e-6)
    return np.stack((x, y, np.cross(x, y)), axis=1).reshape(-1)


def _place(
    scene: mujoco.MjvScene,
    kind: mujoco.mjtGeom,
    size: np.ndarray,
    position: np.ndarray,
    turn: np.ndarray,
    colour: np.ndarray,
) -> Any:
    """Append a geom and return it; None if the scene is full or the position is not finite."""
    if scene.ngeom >= scene.maxgeom or not np.isfinite(position).all():
        return None
    geom = scene.geoms[scene.ngeom]
    scene.ngeom += 1
    mujoco.mjv_initGeom(geom, kind, size, position, turn, colour)
    geom.category = mujoco.mjtCatBit.mjCAT_DECOR
    return geom


def _connect(
    scene: mujoco.MjvScene,
    kind: mujoco.mjtGeom,
    width: float,
    start: np.ndarray,
    end: np.ndarray,
    colour: np.ndarray,
) -> None:
    geom = _place(scene, kind, np.zeros(3), np.zeros(3), _IDENTITY, colour)
    if geom is not None:
        mujoco.mjv_connector(geom, kind, width, start, end)

"""Pictures of recorded states, drawn beside the window without making it wait."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np

from app.workers.graphics import ready_context
from core.simulation import InvalidStateError, load_model

CAMERA = "workspace"
GEOMS = 256
"""Room for what is drawn."""
_STATE = mujoco.mjtState.mjSTATE_INTEGRATION


@dataclass(frozen=True)
class _Stage:
    """What it takes to draw one task."""

    model: Any
    data: Any
    scene: Any
    camera: Any
    context: Any


class Stills:
    """Draws states of any task as the camera of the workspace sees them, without shadows.

    Owns one OpenGL context for all tasks, unlike `core.simulation.Camera`: what the driver has to
    make ready is made ready once, and nobody waits for it (`app.workers.graphics`). Make, use and
    close it on one thread. Raises `core.simulation.UnavailableGraphicsError`.
    """

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._stages: dict[str, _Stage] = {}
        self._gl = ready_context(width, height)

    def draw(self, task: str, state: np.ndarray) -> np.ndarray:
        """A state (state_size,) of a task as (height, width, 3) uint8.

        Raises `core.simulation.InvalidStateError` for a state of another task.
        """
        if task not in self._stages:
            self._stages[task] = self._stage(task)
        stage = self._stages[task]
        model, data = stage.model, stage.data
        own = mujoco.mj_stateSize(model, _STATE)
        if state.size < own:
            raise InvalidStateError(
                f"the state has {state.size} numbers; one of {task} has at least {own}. "
                "Was it recorded with another task?"
            )
        mujoco.mj_setState(model, data, np.ascontiguousarray(state[:own], np.float64), _STATE)
        mujoco.mj_kinematics(model, data)
        mujoco.mj_camlight(model, data)
        everything = mujoco.mjtCatBit.mjCAT_ALL
        options = mujoco.MjvOption()
        mujoco.mjv_updateScene(model, data, options, None, stage.camera, everything, stage.scene)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, stage.context)
        area = mujoco.MjrRect(0, 0, self._width, self._height)
        mujoco.mjr_render(area, stage.scene, stage.context)
        picture = np.empty((self._height, self._width, 3), dtype=np.uint8)
        mujoco.mjr_readPixels(picture, None, area, stage.context)
        return np.ascontiguousarray(picture[::-1])  # OpenGL's first row is the lowest

    def close(self) -> None:
        """Give the context back."""
        for stage in self._stages.values():
            stage.context.free()
        self._stages.clear()
        self._gl.free()

    def _stage(self, task: str) -> _Stage:
        model = load_model(task)
        model.vis.global_.offwidth, model.vis.global_.offheight = self._width, self._height
        scene = mujoco.MjvScene(model, GEOMS)
        scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = False
        scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
        camera = mujoco.MjvCamera()
        camera.type = mujoco.mjtCamera.mjCAMERA_FIXED
        camera.fixedcamid = model.camera(CAMERA).id
        context = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100)
        return _Stage(model, mujoco.MjData(model), scene, camera, context)

"""Pictures of a simulation, drawn off screen."""

import importlib
import os
import sys
import threading
from typing import Any, Protocol

import mujoco
import numpy as np

from core.closing import Closing
from core.simulation.errors import InvalidStateError, SimulationError, UnavailableGraphicsError
from core.simulation.model import load_model
from core.simulation.snapshot import Snapshot

SHADOW_HEIGHT = 128
"""Pictures at least this high [px] have shadows. They cost as much as everything else in software
rendering, and in a smaller picture tell nothing."""

_STATE = mujoco.mjtState.mjSTATE_INTEGRATION
_GEOMS = 256


class GraphicsContext(Protocol):
    """An OpenGL context of one thread."""

    def make_current(self) -> None: ...
    def free(self) -> None: ...


class Camera(Closing):
    """Draws states and snapshots of one task.

    Owns a model and an MjData of its own, so it never races with a world, and an OpenGL context
    unless it is lent one. A context belongs to a thread: create, use and close a camera on the
    same one. Close it (or use `with`), or the driver's memory stays taken.

    Raises :class:`UnknownTaskError`, and :class:`UnavailableGraphicsError` where nothing can
    be drawn.
    """

    def __init__(
        self,
        task: str,
        width: int,
        height: int,
        *,
        shadows: bool | None = None,
        context: GraphicsContext | None = None,
    ) -> None:
        """`width` and `height` in pixels; `shadows` None means: if the picture is large.
        `context`: made on this thread and freed by its owner, who draws several tasks with it.
        """
        if width < 1 or height < 1:
            raise ValueError(f"a picture of {width} x {height} pixels cannot be drawn")
        self._model = load_model(task)
        self._data = mujoco.MjData(self._model)
        self._thread = threading.get_ident()
        self._model.vis.global_.offwidth = width
        self._model.vis.global_.offheight = height
        self._width, self._height = width, height
        self._options = mujoco.MjvOption()
        self._scene = mujoco.MjvScene(self._model, _GEOMS)
        shadows = height >= SHADOW_HEIGHT if shadows is None else shadows
        self._scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = shadows
        self._scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
        self._view = mujoco.MjvCamera()
        self._view.type = mujoco.mjtCamera.mjCAMERA_FIXED
        self._lent = context is not None
        self._gl: GraphicsContext | None = context or offscreen_context(width, height)
        self._gl.make_current()
        self._drawing: Any = mujoco.MjrContext(self._model, mujoco.mjtFontScale.mjFONTSCALE_100)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._drawing)

    def render(self, what: np.ndarray | Snapshot, camera: str = "workspace") -> np.ndarray:
        """Draw a state (state_size,) or a snapshot as seen by `camera`, (height, width, 3) uint8.

        `camera` is "workspace" or "wrist". Raises :class:`InvalidStateError` for a state of
        another task, ValueError for another camera, :class:`SimulationError` on another thread
        or after :meth:`close`.
        """
        if self._gl is None:
            raise SimulationError("this camera was closed; make a new one")
        if threading.get_ident() != self._thread:
            raise SimulationError(
                "a camera was used on another thread than the one that made it; give each "
                "thread its own"
            )
        names = [self._model.camera(number).name for number in range(self._model.ncam)]
        if camera not in names:
            raise ValueError(f"unknown camera {camera!r}; cameras: {', '.join(names)}")
        self._view.fixedcamid = names.index(camera)
        self._show(what)
        mujoco.mjv_updateScene(
            self._model,
            self._data,
            self._options,
            None,
            self._view,
            mujoco.mjtCatBit.mjCAT_ALL,
            self._scene,
        )
        self._gl.make_current()
        area = mujoco.MjrRect(0, 0, self._width, self._height)
        mujoco.mjr_render(area, self._scene, self._drawing)
        picture = np.empty((self._height, self._width, 3), dtype=np.uint8)
        mujoco.mjr_readPixels(picture, None, area, self._drawing)
        return np.ascontiguousarray(picture[::-1])  # OpenGL's first row is the lowest

    def close(self) -> None:
        """Give the context back; does nothing the second time."""
        if self._gl is None:
            return
        # MuJoCo frees its textures in the context that is current
        self._gl.make_current()
        self._drawing.free()
        if not self._lent:
            self._gl.free()
        self._gl = None

    def _show(self, what: np.ndarray | Snapshot) -> None:
        """Put the bodies where they belong."""
        model, data = self._model, self._data
        if isinstance(what, Snapshot):
            if what.qpos.shape != (model.nq,):
                raise InvalidStateError(
                    f"the snapshot has {what.qpos.size} positions; this camera's task has "
                    f"{model.nq}. Make a camera for the task of the snapshot"
                )
            data.qpos[:] = what.qpos
            data.mocap_pos[:] = what.mocap_pos
            data.mocap_quat[:] = what.mocap_quat
        else:
            own = mujoco.mj_stateSize(model, _STATE)
            state = np.asarray(what, dtype=np.float64)
            if state.ndim != 1 or state.size < own:
                raise InvalidStateError(
                    f"the state has shape {state.shape}; expected one row of at least {own} "
                    "numbers. Was it recorded with another task?"
                )
            mujoco.mj_setState(model, data, np.ascontiguousarray(state[:own]), _STATE)
        mujoco.mj_kinematics(model, data)
        mujoco.mj_camlight(model, data)


def _backends() -> tuple[str, ...]:
    """Ways to draw off screen on this system, the best first; MUJOCO_GL chooses one."""
    chosen = os.environ.get("MUJOCO_GL", "").lower()
    if chosen in ("egl", "osmesa", "glfw", "cgl"):
        return (chosen,)
    if sys.platform == "darwin":
        return ("cgl", "glfw")
    if sys.platform == "win32":
        return ("glfw",)
    # GLFW needs a display, and the main thread
    return ("egl", "osmesa", "glfw") if os.environ.get("DISPLAY") else ("egl", "osmesa")


def offscreen_context(width: int, height: int) -> GraphicsContext:
    """An OpenGL context without a window, from the first way that works here.

    It belongs to the thread that makes it. Raises :class:`UnavailableGraphicsError`.
    """
    problems = []
    platform = os.environ.get("PYOPENGL_PLATFORM")
    for name in _backends():
        if platform is None:
            # each way writes its own name here, and refuses to start under another's
            os.environ.pop("PYOPENGL_PLATFORM", None)
        try:
            context: GraphicsContext = importlib.import_module(f"mujoco.{name}").GLContext(
                width, height
            )
            context.make_current()
            return context
        # Each way fails in its own manner: a missing library is an ImportError or an
        # AttributeError, a missing device a RuntimeError or PyOpenGL's own error.
        except Exception as error:  # noqa: BLE001
            problems.append(f"{name}: {str(error).splitlines()[0] if str(error) else type(error)}")
    raise UnavailableGraphicsError(
        f"no OpenGL context could be made ({'; '.join(problems)}). Install Mesa (on Debian and "
        "Ubuntu: apt-get install libegl1 libgl1-mesa-dri), or choose a way with the environment "
        "variable MUJOCO_GL=egl|osmesa|glfw"
    )

"""Drawing off screen: OpenGL contexts without a window, and what one model needs in them."""

import importlib
import os
import sys
import threading
from collections.abc import Callable
from typing import Any, Protocol

import mujoco
import numpy as np

from core.closing import Closing
from core.simulation.errors import InvalidStateError, SimulationError, UnavailableGraphicsError
from core.simulation.snapshot import Snapshot

_STATE = mujoco.mjtState.mjSTATE_INTEGRATION
_GEOMS = 256
_MAKING = threading.Lock()
"""MuJoCo's ways to a context keep their display, and PyOpenGL's platform, for the whole process."""


class GraphicsContext(Protocol):
    """An OpenGL context of one thread."""

    def make_current(self) -> None: ...
    def free(self) -> None: ...


class Canvas(Closing):
    """Draws what the fixed cameras of one model see.

    Owns an MjData, MuJoCo's GL objects, and an OpenGL context unless it is lent one. The model is
    the caller's, who may change its looks between two pictures. A context belongs to a thread:
    create, use and close a canvas on the same one.

    Raises :class:`UnavailableGraphicsError` where nothing can be drawn.
    """

    def __init__(
        self,
        model: mujoco.MjModel,
        width: int,
        height: int,
        *,
        shadows: bool,
        context: GraphicsContext | None = None,
        make_context: Callable[[int, int], GraphicsContext] | None = None,
    ) -> None:
        """`width` and `height`: of the largest picture [px]. `context`: made on this thread, and
        freed by its owner. `make_context`: makes one for a width and a height, by default
        `offscreen_context`."""
        if width < 1 or height < 1:
            raise ValueError(f"a picture of {width} x {height} pixels cannot be drawn")
        self._model = model
        self._data = mujoco.MjData(model)
        self._thread = threading.get_ident()
        model.vis.global_.offwidth = width
        model.vis.global_.offheight = height
        self._options = mujoco.MjvOption()
        self.scene = mujoco.MjvScene(model, _GEOMS)
        """What is drawn; filled anew for each picture."""
        self.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = shadows
        self.scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
        self._view = mujoco.MjvCamera()
        self._view.type = mujoco.mjtCamera.mjCAMERA_FIXED
        self._lent = context is not None
        make = make_context or offscreen_context
        self._gl: GraphicsContext | None = context or make(width, height)
        self._gl.make_current()
        try:
            self._drawing: Any = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100)
        except mujoco.FatalError as error:  # GLFW without a display says nothing before
            raise _unavailable(str(error)) from error
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._drawing)

    def check(self) -> None:
        """Raises :class:`SimulationError` on another thread or after :meth:`close`."""
        if self._gl is None:
            raise SimulationError("this camera was closed; make a new one")
        if threading.get_ident() != self._thread:
            raise SimulationError(
                "a camera was used on another thread than the one that made it; give each "
                "thread its own"
            )

    def place(self, what: np.ndarray | Snapshot) -> None:
        """Put the bodies where a state (state_size,) or a snapshot has them.

        Raises :class:`InvalidStateError` for a state of another task.
        """
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

    def view(self, camera: int) -> None:
        """Fill the scene with what camera number `camera` sees of the bodies."""
        self._view.fixedcamid = camera
        everything = mujoco.mjtCatBit.mjCAT_ALL
        mujoco.mjv_updateScene(
            self._model, self._data, self._options, None, self._view, everything, self.scene
        )

    def draw(self, width: int, height: int) -> np.ndarray:
        """A picture of the scene (height, width, 3) uint8, at most of the size of the canvas."""
        self.check()
        assert self._gl is not None
        self._gl.make_current()
        area = mujoco.MjrRect(0, 0, width, height)
        mujoco.mjr_render(area, self.scene, self._drawing)
        picture = np.empty((height, width, 3), dtype=np.uint8)
        mujoco.mjr_readPixels(picture, None, area, self._drawing)
        return picture[::-1]  # OpenGL's first row is the lowest

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
    with _MAKING:
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
                problems.append(
                    f"{name}: {str(error).splitlines()[0] if str(error) else type(error)}"
                )
    raise _unavailable("; ".join(problems))


def _unavailable(why: str) -> UnavailableGraphicsError:
    return UnavailableGraphicsError(
        f"no OpenGL context could be made ({why}). Install Mesa (on Debian and Ubuntu: apt-get "
        "install libegl1 libgl1-mesa-dri), or choose a way with the environment variable "
        "MUJOCO_GL=egl|osmesa|glfw"
    )

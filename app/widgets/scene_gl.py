"""The scene drawn by MuJoCo inside a Qt OpenGL widget."""

from __future__ import annotations

import time
from typing import Any

import mujoco
import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QOpenGLContext, QSurfaceFormat
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

from app.widgets.scene_camera import Eye
from app.widgets.scene_marks import Marks
from app.workers.messages import View
from core.simulation import load_model

GEOMS = 3000
"""Room for the model, the trail and the futures."""
BUDGET = 0.022
"""Time that drawing one frame may take before the picture is drawn smaller [s]."""
SCALES = (1.0, 0.85, 0.7)
"""Sizes of the drawn picture; it is stretched to the widget."""
INSET = 0.22
"""Width of the wrist camera's inset, as part of the view's."""
INSET_MARGIN = 16

_GL_COLOR_BUFFER_BIT = 0x4000
_GL_READ_FRAMEBUFFER = 0x8CA8
_GL_DRAW_FRAMEBUFFER = 0x8CA9
_GL_FRAMEBUFFER = 0x8D40
_GL_LINEAR = 0x2601
_GL_NEAREST = 0x2600
_GL_RENDERER = 0x1F01
_SOFTWARE = ("llvmpipe", "softpipe", "swiftshader", "software")


def surface_format() -> QSurfaceFormat:
    """What MuJoCo's drawing needs: the compatibility profile; to be set before the application."""
    wanted = QSurfaceFormat()
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CompatibilityProfile)
    wanted.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    wanted.setDepthBufferSize(24)
    wanted.setSwapInterval(0)  # the timer paces; waiting for the screen would block the window
    return wanted


class SceneGL(QOpenGLWidget):
    """Owns the drawing's model, data and GL objects; draws the view it was last given.

    MuJoCo draws into its own offscreen buffer, which is then copied into Qt's: it takes
    framebuffer 0 for the screen, which in a Qt widget it is not.
    """

    drawn = Signal(float)
    """A frame was drawn: the time it took [s]."""
    broken = Signal(str)
    """OpenGL cannot draw here: why."""

    def __init__(self, marks: Marks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFormat(surface_format())
        self.marks = marks
        self.eye = Eye()
        self.inset = False
        self.view: View | None = None
        self.software = False
        self._task = ""
        self._model: Any = None
        self._data: Any = None
        self._scene: Any = None
        self._inset_scene: Any = None
        self._drawing: Any = None
        self._options = mujoco.MjvOption()
        self._camera = mujoco.MjvCamera()
        self._wrist = mujoco.MjvCamera()
        self._scale = 0
        self._slow = 0.0
        self._buffer = (0, 0)

    def initializeGL(self) -> None:
        """Qt has made a context; it may do so again after docking."""
        context = self.context()
        context.aboutToBeDestroyed.connect(self.free)
        name = context.functions().glGetString(_GL_RENDERER)
        self.software = any(word in str(name).lower() for word in _SOFTWARE)
        self._drawing = None
        self._task = ""

    def free(self) -> None:
        """Free MuJoCo's GL objects while their context is current."""
        if self._drawing is None:
            return
        self.makeCurrent()
        self._drawing.free()
        self._drawing = None
        self._task = ""
        self.doneCurrent()

    def paintGL(self) -> None:
        """Draw the view."""
        view = self.view
        functions = self.context().functions()
        if view is None:
            functions.glClearColor(0.11, 0.13, 0.16, 1.0)
            functions.glClear(_GL_COLOR_BUFFER_BIT)
            return
        began = time.perf_counter()
        try:
            self._draw(view)
        except mujoco.FatalError as error:
            self.view = None
            self.broken.emit(str(error))
            return
        took = time.perf_counter() - began
        self._adapt(took)
        self.drawn.emit(took)

    def _draw(self, view: View) -> None:
        if view.task != self._task:
            self._load(view.task)
        data, snapshot = self._data, view.snapshot
        data.qpos[:] = snapshot.qpos
        data.mocap_pos[:] = snapshot.mocap_pos
        data.mocap_quat[:] = snapshot.mocap_quat
        mujoco.mj_kinematics(self._model, data)
        mujoco.mj_camlight(self._model, data)
        width, height = self._resize()
        self.eye.give_to(self._camera)
        self._update(self._scene, self._camera)
        self.marks.add_to(self._scene, view)
        mujoco.mjr_setBuffer(mujoco.mjtFramebuffer.mjFB_OFFSCREEN, self._drawing)
        mujoco.mjr_render(mujoco.MjrRect(0, 0, width, height), self._scene, self._drawing)
        if self.inset:
            self._draw_inset(width)
        # Wait for the picture here, where the interpreter is free for the control loop: left to
        # Qt's calls, the wait would hold it and stop the arm for as long as the drawing takes.
        mujoco.mjr_finish()
        self._copy(width, height)

    def _draw_inset(self, width: int) -> None:
        across = round(INSET * width)
        up = round(0.75 * across)
        scale = SCALES[self._scale] * self.devicePixelRatioF()
        margin = round(INSET_MARGIN * scale)
        self._update(self._inset_scene, self._wrist)
        area = mujoco.MjrRect(width - across - margin, margin, across, up)
        edge = mujoco.MjrRect(area.left - 1, area.bottom - 1, across + 2, up + 2)
        mujoco.mjr_rectangle(edge, 0.45, 0.5, 0.56, 1.0)
        mujoco.mjr_render(area, self._inset_scene, self._drawing)

    def _update(self, scene: Any, camera: Any) -> None:
        everything = mujoco.mjtCatBit.mjCAT_ALL
        mujoco.mjv_updateScene(
            self._model, self._data, self._options, None, camera, everything, scene
        )

    def _load(self, task: str) -> None:
        """Another task: another model. MuJoCo's GL objects stay if they fit it too.

        They take a quarter of a second to build, and hold nothing of a model but textures and
        meshes, which the tasks share.
        """
        model = load_model(task)
        if not self.software:
            model.vis.quality.offsamples = 4
            model.vis.quality.shadowsize = 4096
        before, self._model = self._model, model
        self._data = mujoco.MjData(model)
        self._scene = mujoco.MjvScene(model, GEOMS)
        self._inset_scene = mujoco.MjvScene(model, GEOMS)
        self._inset_scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = False
        for scene in (self._scene, self._inset_scene):
            scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = False
        self._wrist.type = mujoco.mjtCamera.mjCAMERA_FIXED
        self._wrist.fixedcamid = model.camera("wrist").id
        self._task = task
        if self._drawing is not None and before is not None and _same_looks(before, model):
            return
        if self._drawing is not None:
            self._drawing.free()
        self._drawing = mujoco.MjrContext(model, mujoco.mjtFontScale.mjFONTSCALE_100)
        self._buffer = (0, 0)

    def _resize(self) -> tuple[int, int]:
        """Fit MuJoCo's buffer to the widget; returns its size [px]."""
        scale = SCALES[self._scale] * self.devicePixelRatioF()
        wanted = max(1, round(self.width() * scale)), max(1, round(self.height() * scale))
        if wanted != self._buffer:
            mujoco.mjr_resizeOffscreen(*wanted, self._drawing)
            self._buffer = wanted
        return wanted

    def _copy(self, width: int, height: int) -> None:
        """From MuJoCo's buffer into Qt's."""
        ratio = self.devicePixelRatioF()
        right, top = round(self.width() * ratio), round(self.height() * ratio)
        functions = self.context().extraFunctions()
        functions.glBindFramebuffer(_GL_READ_FRAMEBUFFER, self._drawing.offFBO)
        functions.glBindFramebuffer(_GL_DRAW_FRAMEBUFFER, self.defaultFramebufferObject())
        same = (width, height) == (right, top)
        functions.glBlitFramebuffer(
            0, 0, width, height, 0, 0, right, top, _GL_COLOR_BUFFER_BIT,
            _GL_NEAREST if same else _GL_LINEAR,
        )  # fmt: skip
        functions.glBindFramebuffer(_GL_FRAMEBUFFER, self.defaultFramebufferObject())

    def _adapt(self, took: float) -> None:
        """Where drawing is slow (software), draw a smaller picture."""
        self._slow += 0.1 * (took - self._slow)
        if not self.software:
            return
        if self._slow > BUDGET and self._scale + 1 < len(SCALES):
            self._scale += 1
            self._slow = 0.8 * BUDGET
        elif self._slow < 0.45 * BUDGET and self._scale > 0:
            self._scale -= 1
            self._slow = 0.8 * BUDGET


def _same_looks(one: Any, other: Any) -> bool:
    """Whether MuJoCo's GL objects of one model serve another: same textures, and no meshes."""
    shapes = ("nmesh", "nhfield", "nskin", "ntex", "ntexdata")
    return (
        all(getattr(one, name) == getattr(other, name) for name in shapes)
        and one.nmesh == one.nhfield == one.nskin == 0
        and np.array_equal(one.tex_data, other.tex_data)
    )


def has_opengl() -> bool:
    """Whether a context of the wanted kind can be made; needs the application."""
    context = QOpenGLContext()
    context.setFormat(surface_format())
    return context.create()

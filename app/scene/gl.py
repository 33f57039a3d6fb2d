"""The scene inside a Qt OpenGL widget: the quickest way where there is a graphics card."""

import time
from typing import Any

import mujoco
from PySide6.QtCore import Signal
from PySide6.QtGui import QOffscreenSurface, QOpenGLContext, QSurfaceFormat
from PySide6.QtOpenGLWidgets import QOpenGLWidget
from PySide6.QtWidgets import QWidget

from app.scene.content import Eye, View
from app.scene.drawing import Drawing
from app.scene.marks import Marks

_GL_COLOR_BUFFER_BIT = 0x4000
_GL_READ_FRAMEBUFFER, _GL_DRAW_FRAMEBUFFER, _GL_FRAMEBUFFER = 0x8CA8, 0x8CA9, 0x8D40
_GL_NEAREST, _GL_LINEAR = 0x2600, 0x2601
_GL_RENDERER = 0x1F01
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software", "gdi generic")


def surface_format() -> QSurfaceFormat:
    """What MuJoCo's drawing needs: the compatibility profile; to be set before the application."""
    wanted = QSurfaceFormat()
    wanted.setProfile(QSurfaceFormat.OpenGLContextProfile.CompatibilityProfile)
    wanted.setRenderableType(QSurfaceFormat.RenderableType.OpenGL)
    wanted.setDepthBufferSize(24)
    wanted.setSwapInterval(0)  # the timer paces; waiting for the screen would block the window
    return wanted


def graphics() -> str:
    """What draws OpenGL for Qt here: "hardware", "software" or "none"; needs the application."""
    context = QOpenGLContext()
    context.setFormat(surface_format())
    if not context.create():
        return "none"
    surface = QOffscreenSurface()
    surface.setFormat(context.format())
    surface.create()
    if not context.makeCurrent(surface):
        return "none"
    name = str(context.functions().glGetString(_GL_RENDERER)).lower()
    context.doneCurrent()
    return "software" if any(word in name for word in _SOFTWARE) else "hardware"


class SceneGL(QOpenGLWidget):
    """Draws the view it was last given.

    MuJoCo draws into its own offscreen buffer, which is then copied into Qt's: it takes
    framebuffer 0 for the screen, which in a Qt widget it is not.
    """

    drawn = Signal(float)
    """A frame was drawn: the time it took [s]."""
    broken = Signal(str)
    """OpenGL cannot draw here: why."""

    def __init__(self, marks: Marks, *, software: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFormat(surface_format())
        self._view: View | None = None
        self._eye = Eye()
        self._inset = False
        self._drawing = Drawing(marks, software=software)

    def draw(self, view: View, eye: Eye, *, inset: bool) -> None:
        """Draw a view at Qt's next turn."""
        self._view, self._eye, self._inset = view, eye, inset
        self.update()

    def initializeGL(self) -> None:
        """Qt has made a context; it may do so again after docking."""
        self.context().aboutToBeDestroyed.connect(self.free)

    def free(self) -> None:
        """Free MuJoCo's GL objects while their context is current."""
        if self._drawing.context is None:
            return
        self.makeCurrent()
        self._drawing.free()
        self.doneCurrent()

    def paintGL(self) -> None:
        """Draw the view."""
        if self._view is None:
            functions = self.context().functions()
            functions.glClearColor(0.11, 0.13, 0.16, 1.0)
            functions.glClear(_GL_COLOR_BUFFER_BIT)
            return
        began = time.perf_counter()
        ratio = self.devicePixelRatioF()
        right, top = round(self.width() * ratio), round(self.height() * ratio)
        try:
            size = self._drawing.draw(
                self._view, self._eye, right, top, inset=self._inset, ratio=ratio
            )
        except mujoco.FatalError as error:
            self._view = None
            self.broken.emit(str(error))
            return
        self._copy(self._drawing.context, size, (right, top))
        self.drawn.emit(time.perf_counter() - began)

    def _copy(self, drawing: Any, size: tuple[int, int], shown: tuple[int, int]) -> None:
        """From MuJoCo's buffer into Qt's."""
        functions = self.context().extraFunctions()
        functions.glBindFramebuffer(_GL_READ_FRAMEBUFFER, drawing.offFBO)
        functions.glBindFramebuffer(_GL_DRAW_FRAMEBUFFER, self.defaultFramebufferObject())
        how = _GL_NEAREST if size == shown else _GL_LINEAR
        functions.glBlitFramebuffer(0, 0, *size, 0, 0, *shown, _GL_COLOR_BUFFER_BIT, how)
        functions.glBindFramebuffer(_GL_FRAMEBUFFER, self.defaultFramebufferObject())

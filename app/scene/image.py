"""The scene as pictures from a thread of its own: where drawing is software's, or Qt has no OpenGL.

Software drawing takes 20 to 60 ms a frame and would make the whole window go through OpenGL with
it; from a thread it costs the window one copy of a picture (1 ms).
"""

import time
from collections.abc import Callable

import mujoco
import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.jobs.background import NewestFirst
from app.scene.content import Eye, View
from app.scene.drawing import Drawing
from app.scene.graphics import ready_context
from app.scene.marks import Marks
from core.simulation import SimulationError

LARGEST = 4096
"""Largest picture's edge [px]."""


class _Painter(NewestFirst[Callable[[Drawing], tuple[int, int]]]):
    """Draws the newest frame that was asked for: a wish draws and returns the picture's size.

    A GL context belongs to one thread, and a second one on the GUI thread crashes.
    """

    drawn = Signal(QImage, float)
    broken = Signal(str)

    def __init__(self, marks: Marks, parent: QObject) -> None:
        super().__init__("scene", 1, parent)
        self._marks = marks

    def run(self) -> None:
        try:
            # A small one: MuJoCo draws into a buffer of its own that follows the widget's size.
            context = ready_context(64, 64)
        except SimulationError as error:
            self.broken.emit(str(error))
            return
        drawing = Drawing(self._marks, software=True)
        try:
            while (draw := self.next_wish()) is not None:
                began = time.perf_counter()
                image = self._picture(drawing, *draw(drawing))
                self.drawn.emit(image, time.perf_counter() - began)
        except mujoco.FatalError as error:
            self.broken.emit(str(error))
        finally:
            drawing.free()
            context.free()

    def _picture(self, drawing: Drawing, width: int, height: int) -> QImage:
        pixels = np.empty((height, width, 3), dtype=np.uint8)
        mujoco.mjr_readPixels(pixels, None, mujoco.MjrRect(0, 0, width, height), drawing.context)
        upright = np.ascontiguousarray(pixels[::-1])  # OpenGL's first row is the lowest
        image = QImage(upright.data, width, height, 3 * width, QImage.Format.Format_RGB888)
        # A copy of its own, in the format that the window is painted in.
        return image.convertToFormat(QImage.Format.Format_RGB32)


class SceneImage(QWidget):
    """Shows the newest picture that the thread has drawn."""

    drawn = Signal(float)
    """A frame was drawn: the time it took [s]."""
    broken = Signal(str)
    """Nothing can be drawn here: why."""

    def __init__(self, marks: Marks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.image = QImage()
        """The last picture."""
        self._reason = ""
        self._painter = _Painter(marks, self)
        self._painter.drawn.connect(self._take)
        self._painter.broken.connect(self._give_up)

    def draw(self, view: View, eye: Eye, *, inset: bool) -> None:
        """Draw a view as soon as the one before is done."""
        if self._reason:
            return
        if not self._painter.isRunning():
            self._painter.start()
        ratio = self.devicePixelRatioF()
        width = min(LARGEST, max(1, round(self.width() * ratio)))
        height = min(LARGEST, max(1, round(self.height() * ratio)))
        self._painter.ask(
            lambda drawing: drawing.draw(view, eye, width, height, inset=inset, ratio=ratio)
        )

    def free(self) -> None:
        """Stop the drawing thread and wait for it."""
        self._painter.close_down()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 — Qt's signature
        painter = QPainter(self)
        if self.image.isNull() or self._reason:
            painter.fillRect(self.rect(), self.palette().window())
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(32, 32, -32, -32), int(flags), self._reason)
        else:
            painter.drawImage(self.rect(), self.image)
        painter.end()

    @Slot(QImage, float)
    def _take(self, image: QImage, took: float) -> None:
        self.image = image
        self.update()
        self.drawn.emit(took)

    @Slot(str)
    def _give_up(self, reason: str) -> None:
        self._reason = reason
        self.update()
        self.broken.emit(reason)

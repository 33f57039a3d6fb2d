"""The scene as plain pictures, where there is no OpenGL widget."""

from __future__ import annotations

import threading
import time

from PySide6.QtCore import QObject, QRect, Qt, QThread, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.workers.messages import View
from core.simulation import Camera, SimulationError

WIDTH, HEIGHT = 640, 480
"""Size of the drawn picture [px]."""


class _Painter(QThread):
    """Draws the newest view it was given, on a thread of its own.

    A GL context belongs to one thread, and making one beside Qt's own on the GUI thread crashes.
    """

    drawn = Signal(QImage, float)
    broken = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._view: View | None = None

    def draw(self, view: View) -> None:
        self._view = view
        self._wake.set()

    def close_down(self) -> None:
        self._stop.set()
        self._wake.set()
        self.wait(5000)

    def run(self) -> None:
        camera: Camera | None = None
        task = ""
        try:
            while not self._stop.is_set():
                self._wake.wait()
                self._wake.clear()
                view = self._view
                if view is None or self._stop.is_set():
                    continue
                began = time.perf_counter()
                if camera is None or view.task != task:
                    if camera is not None:
                        camera.close()
                    camera, task = Camera(view.task, WIDTH, HEIGHT), view.task
                picture = camera.render(view.snapshot)
                image = QImage(
                    picture.data, WIDTH, HEIGHT, 3 * WIDTH, QImage.Format.Format_RGB888
                ).copy()
                self.drawn.emit(image, time.perf_counter() - began)
        except SimulationError as error:
            self.broken.emit(str(error))
        finally:
            if camera is not None:
                camera.close()


class SceneImage(QWidget):
    """Shows the scene as the workspace camera sees it; the view cannot be turned."""

    drawn = Signal(float)
    """A frame was drawn: the time it took [s]."""
    broken = Signal(str)
    """Nothing can be drawn here: why."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._image = QImage()
        self._reason = ""
        self._painter = _Painter(self)
        self._painter.drawn.connect(self._take)
        self._painter.broken.connect(self._give_up)
        self._painter.start()

    @property
    def image(self) -> QImage:
        """The last picture."""
        return self._image

    def draw(self, view: View) -> None:
        """Draw a view as soon as the one before is done."""
        self._painter.draw(view)

    def free(self) -> None:
        """Stop the drawing thread and wait for it."""
        self._painter.close_down()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 — Qt's signature
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().window())
        if self._reason:
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(self.rect().adjusted(32, 32, -32, -32), int(flags), self._reason)
        elif not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(self._covering(), self._image)
        painter.end()

    def _covering(self) -> QRect:
        """The picture scaled to fill the widget, its centre kept."""
        size = self._image.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
        area = QRect(0, 0, size.width(), size.height())
        area.moveCenter(self.rect().center())
        return area

    @Slot(QImage, float)
    def _take(self, image: QImage, took: float) -> None:
        self._image = image
        self.update()
        self.drawn.emit(took)

    @Slot(str)
    def _give_up(self, reason: str) -> None:
        self._reason = reason
        self.update()
        self.broken.emit(reason)

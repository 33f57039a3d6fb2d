"""The scene: the arm as it is now, with an eye that the mouse moves."""

from collections import deque
from collections.abc import Callable
from time import perf_counter

from PySide6.QtCore import QPointF, QSettings, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from app.scene.content import Eye, View
from app.scene.gl import SceneGL, graphics
from app.scene.image import SceneImage
from app.scene.marks import Marks
from app.scene.overlays import Banner, SceneTools
from app.widgets.controls import after, column, every

FASTEST = 16
"""Shortest time between two frames [ms]."""
SLOWEST = 100
"""Longest; even the slowest machine gets ten frames a second asked of it [ms]."""
SHARE = 0.5
"""Part of one core that drawing may take; the rest belongs to the control loop and to training."""


class SceneView(QWidget):
    """Draws whatever `source` returns, as often as the machine can without hurting the loop.

    Drag turns the view, drag with the right or middle button (or Shift) moves it, the wheel zooms,
    a double click puts it back. Owns the widget that draws: OpenGL, or pictures without it.
    """

    fps_changed = Signal(float)
    """Frames drawn in a second, once a second."""
    broken = Signal(str)
    """Nothing can be drawn: why."""

    def __init__(self, settings: QSettings) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(320, 240)
        self._settings = settings
        self.source: Callable[[], View | None] = lambda: None
        self.marks = Marks()
        self.eye = Eye.from_text(str(settings.value("scene/eye", "")))
        """Where the scene is looked at from."""
        self.canvas: SceneGL | SceneImage
        if QGuiApplication.platformName() != "offscreen" and graphics() == "hardware":
            self.canvas = SceneGL(self.marks, software=False)
        else:
            self.canvas = SceneImage(self.marks)
        self.canvas.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column(self.canvas, inside=self)
        self.banner = Banner(self)
        self.tools = SceneTools(self, inset=settings.value("scene/inset", "true") == "true")
        self.tools.home.clicked.connect(self._go_home)
        self.canvas.drawn.connect(self._drawn)
        self.canvas.broken.connect(self.broken)
        self._last: tuple[View, Eye, bool, bool] | None = None
        self._pressed: QPointF | None = None
        self._cost = 0.01
        self._frames: deque[float] = deque(maxlen=240)
        self._timer = after(0, self._draw, self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._fps_timer = every(1000, lambda: self.fps_changed.emit(self.fps), self)

    @property
    def fps(self) -> float:
        """Frames drawn in the last second."""
        now = perf_counter()
        return float(sum(1 for moment in self._frames if now - moment <= 1.0))

    def show_ghost(self, shown: bool) -> None:
        """Draw what a policy believes and considers, or do not."""
        self.marks.ghost = shown

    def start(self) -> None:
        """Begin to draw; goes on whenever the scene is visible."""
        self._timer.start()

    def free(self) -> None:
        """Stop drawing and free what belongs to OpenGL; remembers the view."""
        self._timer.stop()
        self._fps_timer.stop()
        inset = self.tools.wrist.isChecked()
        self._settings.setValue("scene/eye", self.eye.to_text())
        self._settings.setValue("scene/inset", "true" if inset else "false")
        self.canvas.free()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        self.setFocus(Qt.FocusReason.MouseFocusReason)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        moved = (event.position() - self._pressed) / max(1, self.height())
        self._pressed = event.position()
        pan = event.buttons() & (Qt.MouseButton.RightButton | Qt.MouseButton.MiddleButton)
        if pan or event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.eye = self.eye.panned(moved.x(), moved.y())
        else:
            self.eye = self.eye.orbited(moved.x(), moved.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002 — Qt's signature
        self._pressed = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: ARG002
        self._go_home()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.eye = self.eye.zoomed(event.angleDelta().y() / 120.0)

    @Slot()
    def _go_home(self) -> None:
        self.eye = Eye()

    @Slot()
    def _draw(self) -> None:
        """Draw if there is anything new, and come again after a while."""
        view = self.source() if self.isVisible() else None
        if view is not None:
            wanted = (view, self.eye, self.tools.wrist.isChecked(), self.marks.ghost)
            if wanted != self._last:
                self._last = wanted
                self.canvas.draw(view, self.eye, inset=self.tools.wrist.isChecked())
        pause = 1000.0 * self._cost / SHARE
        self._timer.start(round(min(SLOWEST, max(FASTEST, pause))))

    @Slot(float)
    def _drawn(self, took: float) -> None:
        self._cost += 0.2 * (took - self._cost)
        self._frames.append(perf_counter())

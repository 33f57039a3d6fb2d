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
from app.scene.policy_view import Moment, PolicyPainter, policy_fields
from app.widgets.camera_images import ImagesView, Pictures
from app.widgets.controls import after, column, every, row
from core.spec import Field

FASTEST = 16
"""Shortest time between two frames [ms]."""
SLOWEST = 100
"""Longest; even the slowest machine gets ten frames a second asked of it [ms]."""
CAMERA_INTERVAL = 50
"""Time between two images of a policy's cameras, which see at the rate of control [ms]."""
FRONT = 180.0
"""Azimuth in which the workspace camera of policies looks [degree]."""
SHARE = 0.5
"""Part of one core that drawing may take; the rest belongs to the control loop and to training."""


class SceneView(QWidget):
    """Draws whatever `source` returns, as often as the machine can without hurting the loop.

    Drag turns the view, drag with the right or middle button (or Shift) moves it, the wheel zooms,
    a double click puts it back. Owns the widget that draws: OpenGL, or pictures without it. Can
    show what the cameras of policies see instead, and no more than that.
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
        self.cameras = ImagesView(smooth=False)
        """What policies would see, while it is shown instead of the scene."""
        self.cameras.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.cameras.hide()
        self._fields: tuple[Field, ...] = ()
        self._policy_painter = PolicyPainter(self)
        self._policy_painter.drawn.connect(self._seen)
        self._beside: QWidget | None = None
        self._row = row((column(self.canvas, self.cameras), 3), inside=self)
        self.banner = Banner(self)
        self.tools = SceneTools(self, inset=settings.value("scene/inset", "true") == "true")
        self.tools.home.clicked.connect(self._go_home)
        self.canvas.drawn.connect(self._drawn)
        self.canvas.broken.connect(self.broken)
        self._last: tuple[object, ...] | None = None
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

    @property
    def azimuth(self) -> float:
        """Direction in which a person looks at the scene, about the vertical [degree]."""
        return FRONT if self._fields else self.eye.azimuth

    def look_through_cameras(self, size: int) -> None:
        """Show only what a policy would see, in images of `size` x `size` pixels; 0: the scene."""
        self._fields = policy_fields(size) if size else ()
        self._last = None
        self.canvas.setVisible(not size)
        self.tools.setVisible(not size)
        self.cameras.setVisible(bool(size))
        if size:
            self.cameras.show_images(())

    def show_beside(self, part: QWidget | None) -> None:
        """Show a widget to the right of the scene; None: nothing any more."""
        if self._beside is not None:
            self._row.removeWidget(self._beside)
            self._beside.hide()
        self._beside = part
        if part is not None:
            self._row.addWidget(part, 1)
            part.show()

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
        self._policy_painter.close_down()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = None if self._fields else event.position()
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
        if self._fields:
            return
        self.eye = self.eye.zoomed(event.angleDelta().y() / 120.0)

    @Slot()
    def _go_home(self) -> None:
        if not self._fields:
            self.eye = Eye()

    @Slot()
    def _draw(self) -> None:
        """Draw if there is anything new, and come again after a while."""
        view = self.source() if self.isVisible() else None
        if view is not None and self._fields:
            self._draw_cameras(view)
        elif view is not None:
            wanted = (view, self.eye, self.tools.wrist.isChecked(), self.marks.ghost)
            if wanted != self._last:
                self._last = wanted
                self.canvas.draw(view, self.eye, inset=self.tools.wrist.isChecked())
        pause = CAMERA_INTERVAL if self._fields else 1000.0 * self._cost / SHARE
        self._timer.start(round(min(SLOWEST, max(FASTEST, pause))))

    def _draw_cameras(self, view: View) -> None:
        if (view, self._fields) != self._last:
            self._last = (view, self._fields)
            moment = Moment(self._fields, view.task, self._fields, view.snapshot, view.appearance)
            self._policy_painter.ask(moment)

    @Slot(object)
    def _seen(self, seen: Pictures) -> None:
        if seen.key != self._fields:
            return  # others are shown by now
        if seen.problem:
            self.cameras.say("No camera images", f"They cannot be drawn: {seen.problem}")
        else:
            self.cameras.show_images(seen.images)
            self._frames.append(perf_counter())

    @Slot(float)
    def _drawn(self, took: float) -> None:
        self._cost += 0.2 * (took - self._cost)
        self._frames.append(perf_counter())

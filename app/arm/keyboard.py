"""The keyboard as an equal way to drive, through Qt's key events."""

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)

from app.arm.mapping import ACTION_KEYS, MOTION_KEYS, PRECISE, PRECISE_KEY

RAMP = 0.3
"""Time from a key's press to full speed [s]; a tap moves finely."""
GENTLE = 0.25
"""Part of the full speed at the moment of the press."""

_TEXT = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox)
_STEERED = (QAbstractButton, QAbstractItemView, QAbstractSlider, QComboBox)
_STEERING = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Left,
    Qt.Key.Key_Right,
    Qt.Key.Key_Space,
    Qt.Key.Key_Return,
    Qt.Key.Key_Backspace,
}
_SHORTCUTS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_KEYS = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride)


class Keyboard(QObject):
    """Watches the keys of the whole application while `enabled`.

    A text field with the focus gets every key. Lists, buttons and sliders with the focus keep the
    arrows, Space and Enter; the letters drive all the same.
    """

    pressed = Signal(str)
    """An action's key went down: its name in `ACTIONS`."""

    def __init__(
        self, parent: QObject | None = None, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._down: dict[Qt.Key, float] = {}
        self._enabled = False
        self._motion_keys = {
            key.key: (axis, sign)
            for plus, minus, axis in MOTION_KEYS
            for key, sign in ((plus, 1.0), (minus, -1.0))
        }
        self._action_keys = {key.key: action for action, key in ACTION_KEYS.items()}
        self._action_keys[Qt.Key.Key_Enter] = "record"

    @property
    def enabled(self) -> bool:
        """Whether keys drive the arm now."""
        return self._enabled

    @enabled.setter
    def enabled(self, enabled: bool) -> None:
        application = QApplication.instance()
        if application is not None and enabled != self._enabled:
            # Not a moment longer: every event of the program comes by, and to look at each in
            # Python costs a third of the time in which a page is built.
            (application.installEventFilter if enabled else application.removeEventFilter)(self)
        self._enabled = enabled
        self.release_all()

    @property
    def down(self) -> frozenset[int]:
        """The driving keys held down, as Qt numbers them."""
        return frozenset(self._down)

    def release_all(self) -> None:
        """Forget held keys: the window lost the focus and will not hear of their release."""
        self._down.clear()

    def motion(self) -> tuple[float, float, float, float, float, float]:
        """Across, away, height, roll, pitch and yaw, each in [-1, 1]."""
        now = self._clock()
        values = [0.0] * 6
        for key, since in self._down.items():
            if key in self._motion_keys:
                axis, sign = self._motion_keys[key]
                values[axis] += sign * min(1.0, GENTLE + (1.0 - GENTLE) * (now - since) / RAMP)
        scale = PRECISE if PRECISE_KEY.key in self._down else 1.0
        x, y, z, roll, pitch, yaw = (scale * max(-1.0, min(1.0, value)) for value in values)
        return x, y, z, roll, pitch, yaw

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002
        if event.type() not in _KEYS:
            return False
        assert isinstance(event, QKeyEvent)
        key = Qt.Key(event.key())
        pressed = event.type() != QEvent.Type.KeyRelease
        if not (self._drives(key, event.modifiers()) if pressed else key in self._down):
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # so that the key press comes here and triggers no shortcut
            return True
        if not event.isAutoRepeat():
            if pressed and key in self._action_keys:
                self.pressed.emit(self._action_keys[key])
            if not pressed:
                del self._down[key]
            elif key not in self._down:
                self._down[key] = self._clock()
        return key != PRECISE_KEY.key

    def _drives(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        known = key in self._motion_keys or key in self._action_keys or key == PRECISE_KEY.key
        if not known or modifiers & _SHORTCUTS:
            return False
        focus = QApplication.focusWidget()
        taken = QApplication.activeModalWidget() or QApplication.activePopupWidget()
        if taken is not None or isinstance(focus, _TEXT):
            return False
        return not (isinstance(focus, _STEERED) and key in _STEERING)

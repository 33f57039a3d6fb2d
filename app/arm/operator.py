"""Operator input: the gamepad and the keyboard as one command for the arm."""

import math
from collections.abc import Callable

from PySide6.QtCore import QObject, QSettings, Signal, Slot

from app.arm.gamepad import Gamepads, Pad, PadState
from app.arm.keyboard import Keyboard
from app.arm.mapping import PRECISE, PadMapping, shaped, shaped_trigger
from app.arm.messages import OperatorCommand
from app.widgets.controls import every

POLL = 10
"""Time between two polls of the devices [ms]; five within a control step."""

UNFOCUSED = "The window is not active: the arm holds still. Click into it to go on."
UNPLUGGED = "{name} was unplugged: the arm holds still. Plug it in, or go on with the keyboard."


class Operator(QObject):
    """Owns the devices and turns them into an `OperatorCommand`, `POLL` after `POLL`.

    Knows why the arm must hold still: while the window is not active, and after the pad that drove
    was unplugged, until a device is used again.
    """

    acted = Signal(str)
    """A button or key of an action was pressed: its name in `ACTIONS`."""
    held_changed = Signal(str)
    """Why the arm must hold still now; empty if it need not."""
    pad_changed = Signal(object)
    """Another pad drives: `Pad`, or None."""
    mapping_changed = Signal(object)
    """The chosen pad's mapping changed: `PadMapping`."""

    def __init__(self, settings: QSettings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.keyboard = Keyboard(self)
        self.gamepads = Gamepads(self)
        self.mapping = PadMapping()
        self.azimuth: Callable[[], float] = lambda: 180.0
        self.command = OperatorCommand()
        """What is asked for now; the simulation thread reads it before every control step."""
        self._focused = True
        self._unplugged = ""
        self.device = "keyboard"
        """"gamepad" or "keyboard": whichever was used last."""
        self._toggles = 0
        self.gamepads.pressed.connect(self._pad_pressed)
        self.gamepads.chosen.connect(self._pad_chosen)
        self.gamepads.unplugged.connect(self._pad_unplugged)
        self.keyboard.pressed.connect(self._act)
        self._timer = every(POLL, self.poll, self, running=False)

    @property
    def held(self) -> str:
        """Why the arm must hold still; empty if it need not."""
        return self._unplugged if self._focused else UNFOCUSED

    def start(self) -> None:
        """Begin to poll."""
        self._timer.start()

    @Slot(bool)
    def set_focused(self, focused: bool) -> None:
        """Take in whether the window is the active one."""
        if focused != self._focused:
            self._focused = focused
            self.keyboard.release_all()
            self.held_changed.emit(self.held)

    def set_mapping(self, mapping: PadMapping) -> None:
        """Use another mapping with the present kind of pad, and remember it."""
        self.mapping = mapping
        pad = self.gamepads.current
        if pad is not None:
            self._settings.setValue(f"pads/{pad.kind}", mapping.to_json())
        self.mapping_changed.emit(mapping)

    def rumble(self, low: float, high: float, duration: float) -> None:
        """Rumble, if a pad drives and its mapping allows it."""
        if self.device == "gamepad" and self.mapping.rumble:
            self.gamepads.rumble(low, high, duration)

    def close_down(self) -> None:
        """Let go of the devices."""
        self._timer.stop()
        self.keyboard.enabled = False
        self.gamepads.close_down()

    @Slot()
    def poll(self) -> None:
        """Read the devices into `command`."""
        state = self.gamepads.poll()
        self.command = self._combined(state) if self.keyboard.enabled else self._resting()

    def _resting(self) -> OperatorCommand:
        return OperatorCommand(gripper_toggles=self._toggles, device=self.device, held=self.held)

    def _combined(self, state: PadState) -> OperatorCommand:
        pad = self._pad_motion(state)
        keys = self.keyboard.motion()
        closing, opening = state.axis(self.mapping.close), state.axis(self.mapping.open)
        rate = shaped_trigger(closing) - shaped_trigger(opening)
        if any(pad) or rate:
            self._used("gamepad")
        elif any(keys):
            self._used("keyboard")
        if self.held:
            return self._resting()
        values = (max(-1.0, min(1.0, a + b)) for a, b in zip(pad, keys, strict=True))
        across, away, height, roll, pitch, yaw = values
        x, y = self._along_axes(across, away)
        # Pitch turns about the axis to the viewer's right, roll about the one that points away.
        about_x, about_y = self._along_axes(pitch, -roll)
        return OperatorCommand(
            (x, y, height, about_x, about_y, yaw), rate, self._toggles, self.device, ""
        )

    def _pad_motion(self, state: PadState) -> tuple[float, ...]:
        """Across, away, height, roll, pitch and yaw as the pad says."""
        m = self.mapping
        across, back = shaped(state.axis(m.across), state.axis(m.away), m)
        turn, down = shaped(state.axis(m.turn), state.axis(m.height), m)
        scale = PRECISE if m.precise in state.pressed else 1.0
        if m.tilt in state.pressed:
            values = (across, -back, 0.0, -turn, -down, 0.0)
        else:
            values = (across, -back, -down, 0.0, 0.0, -turn)
        return tuple(scale * value for value in values)

    def _along_axes(self, across: float, away: float) -> tuple[float, float]:
        """World x and y of a motion given as the viewer sees it.

        The view's azimuth is taken to the nearest quarter turn, so that a straight push stays
        on one axis of the arm whatever the exact angle of the view.
        """
        if self.mapping.directions == "arm":
            return away, -across
        quarter = math.radians(90.0 * round(self.azimuth() / 90.0))
        forward_x, forward_y = round(math.cos(quarter)), round(math.sin(quarter))
        return (
            away * forward_x + across * forward_y,
            away * forward_y - across * forward_x,
        )

    def _used(self, device: str) -> None:
        self.device = device
        if self._unplugged and self._focused:
            self._unplugged = ""
            self.held_changed.emit(self.held)

    @Slot(str)
    def _pad_pressed(self, button: str) -> None:
        action = self.mapping.action_of(button)
        if action is not None and self._focused:
            self.device = "gamepad"
            self._act(action)

    @Slot(str)
    def _act(self, action: str) -> None:
        if self.keyboard.enabled:
            if action == "gripper":
                self._toggles += 1
            self.acted.emit(action)

    @Slot(object)
    def _pad_chosen(self, pad: Pad | None) -> None:
        if pad is not None:
            stored = self._settings.value(f"pads/{pad.kind}", "")
            self.mapping = PadMapping.from_json(str(stored))
            if self._unplugged:
                self._unplugged = ""
                self.held_changed.emit(self.held)
            self.mapping_changed.emit(self.mapping)
        self.pad_changed.emit(pad)

    @Slot(object)
    def _pad_unplugged(self, pad: Pad) -> None:
        if self.device == "gamepad":
            self._unplugged = UNPLUGGED.format(name=pad.name)
            self.held_changed.emit(self.held)

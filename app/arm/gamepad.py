"""Gamepads through SDL's controller layer, which gives every pad one standard layout."""

import contextlib
from dataclasses import dataclass, field

import pygame
from pygame._sdl2 import controller as sdl_controller
from PySide6.QtCore import QObject, Signal

AXES = ("left_x", "left_y", "right_x", "right_y", "left_trigger", "right_trigger")
"""SDL's order of axes."""
BUTTONS = (
    "a",
    "b",
    "x",
    "y",
    "back",
    "guide",
    "start",
    "left_stick",
    "right_stick",
    "left_shoulder",
    "right_shoulder",
    "up",
    "down",
    "left",
    "right",
)
"""SDL's order of buttons."""
FULL = 32767.0
"""SDL's number for a full deflection."""


@dataclass(frozen=True)
class Pad:
    """One gamepad that is plugged in."""

    identifier: int
    """SDL's instance id; new at every plugging in."""
    name: str
    """As the maker calls it."""
    kind: str
    """SDL's GUID of the model, by which mappings are remembered."""
    device: sdl_controller.Controller = field(compare=False, repr=False)
    """SDL's side of it."""


@dataclass(frozen=True)
class PadState:
    """Sticks, triggers and buttons at one moment."""

    axes: tuple[float, ...] = (0.0,) * len(AXES)
    """In the order of `AXES`: sticks in [-1, 1] (right and down positive), triggers in [0, 1]."""
    pressed: frozenset[str] = frozenset()
    """Names of the buttons held down."""

    def axis(self, name: str) -> float:
        """One axis by its name; 0 for "none"."""
        return self.axes[AXES.index(name)] if name in AXES else 0.0


class Gamepads(QObject):
    """All pads that are plugged in, and the one that drives.

    Polled on the GUI thread, which some systems demand; a poll costs some 20 µs. Plugging in and
    out is seen at any moment, and pads are known by instance id, never by their index.
    """

    plugged = Signal(object)
    """A pad came: `Pad`."""
    unplugged = Signal(object)
    """A pad is gone: `Pad`."""
    chosen = Signal(object)
    """Another pad drives: `Pad`, or None."""
    pressed = Signal(str)
    """A button of the chosen pad went down: its name."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        pygame.display.init()
        pygame.joystick.init()
        sdl_controller.init()
        self._open: dict[int, Pad] = {}
        self.current: Pad | None = None
        """The pad that drives."""
        self.state = PadState()

    @property
    def pads(self) -> tuple[Pad, ...]:
        """The pads that are plugged in, in the order of plugging in."""
        return tuple(self._open.values())

    def choose(self, identifier: int) -> None:
        """Let another pad drive; an identifier that is gone changes nothing."""
        pad = self._open.get(identifier)
        if pad is not None and pad != self.current:
            self._drive_with(pad)

    def poll(self) -> PadState:
        """Take in what happened since the last poll, and return the chosen pad's state."""
        for event in pygame.event.get():
            if event.type == pygame.CONTROLLERDEVICEADDED:
                self._add(event.device_index)
            elif event.type == pygame.CONTROLLERDEVICEREMOVED:
                self._remove(event.instance_id)
            elif (
                event.type == pygame.CONTROLLERBUTTONDOWN
                and self.current is not None
                and event.instance_id == self.current.identifier
                and event.button < len(BUTTONS)
            ):
                self.pressed.emit(BUTTONS[event.button])
        if self.current is not None:
            device = self.current.device
            axes = tuple(max(-1.0, device.get_axis(number) / FULL) for number in range(len(AXES)))
            held = (name for number, name in enumerate(BUTTONS) if device.get_button(number))
            self.state = PadState(axes, frozenset(held))
        return self.state

    def rumble(self, low: float, high: float, duration: float) -> None:
        """Rumble with both motors' strengths in [0, 1] for `duration` [s], where a pad can."""
        if self.current is not None:
            # A pad that cannot rumble says so by an error, which is of no interest here.
            with contextlib.suppress(pygame.error):
                self.current.device.rumble(low, high, round(duration * 1000))

    def close_down(self) -> None:
        """Let go of every pad and of SDL."""
        for pad in self._open.values():
            pad.device.quit()
        self._open.clear()
        self.current = None
        sdl_controller.quit()
        pygame.joystick.quit()
        pygame.display.quit()

    def _add(self, index: int) -> None:
        try:
            device = sdl_controller.Controller(index)
            joystick = device.as_joystick()
            name = device.name or "Gamepad"
            pad = Pad(joystick.get_instance_id(), name, joystick.get_guid(), device)
        except pygame.error:
            return  # unplugged again before it could be opened
        if pad.identifier not in self._open:
            self._open[pad.identifier] = pad
            self.plugged.emit(pad)
            if self.current is None:
                self._drive_with(pad)

    def _remove(self, identifier: int) -> None:
        pad = self._open.pop(identifier, None)
        if pad is None:
            return
        pad.device.quit()
        drove = pad == self.current
        if drove:
            self.current = None
        self.unplugged.emit(pad)
        if drove:
            self._drive_with(next(iter(self._open.values()), None))

    def _drive_with(self, pad: Pad | None) -> None:
        self.current = pad
        self.state = PadState()
        self.chosen.emit(pad)

"""Gamepads through SDL's controller layer, which gives every pad one standard layout."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

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
        self._open: dict[int, tuple[Pad, sdl_controller.Controller]] = {}
        self._current: int | None = None
        self.state = PadState()

    @property
    def pads(self) -> tuple[Pad, ...]:
        """The pads that are plugged in, in the order of plugging in."""
        return tuple(pad for pad, _ in self._open.values())

    @property
    def current(self) -> Pad | None:
        """The pad that drives."""
        return None if self._current is None else self._open[self._current][0]

    def choose(self, identifier: int) -> None:
        """Let another pad drive; an identifier that is gone changes nothing."""
        if identifier in self._open and identifier != self._current:
            self._drive_with(identifier)

    def poll(self) -> PadState:
        """Take in what happened since the last poll, and return the chosen pad's state."""
        for event in pygame.event.get():
            if event.type == pygame.CONTROLLERDEVICEADDED:
                self._add(event.device_index)
            elif event.type == pygame.CONTROLLERDEVICEREMOVED:
                self._remove(event.instance_id)
            elif (
                event.type == pygame.CONTROLLERBUTTONDOWN
                and event.instance_id == self._current
                and event.button < len(BUTTONS)
            ):
                self.pressed.emit(BUTTONS[event.button])
        if self._current is not None:
            device = self._open[self._current][1]
            axes = tuple(max(-1.0, device.get_axis(number) / FULL) for number in range(len(AXES)))
            held = (name for number, name in enumerate(BUTTONS) if device.get_button(number))
            self.state = PadState(axes, frozenset(held))
        return self.state

    def rumble(self, low: float, high: float, duration: float) -> None:
        """Rumble with both motors' strengths in [0, 1] for `duration` [s], where a pad can."""
        if self._current is not None:
            # A pad that cannot rumble says so by an error, which is of no interest here.
            with contextlib.suppress(pygame.error):
                self._open[self._current][1].rumble(low, high, round(duration * 1000))

    def close_down(self) -> None:
        """Let go of every pad and of SDL."""
        for _, device in self._open.values():
            device.quit()
        self._open.clear()
        self._current = None
        sdl_controller.quit()
        pygame.joystick.quit()
        pygame.display.quit()

    def _add(self, index: int) -> None:
        try:
            device = sdl_controller.Controller(index)
            joystick = device.as_joystick()
            pad = Pad(joystick.get_instance_id(), device.name or "Gamepad", joystick.get_guid())
        except pygame.error:
            return  # unplugged again before it could be opened
        if pad.identifier not in self._open:
            self._open[pad.identifier] = (pad, device)
            self.plugged.emit(pad)
            if self._current is None:
                self.choose(pad.identifier)

    def _remove(self, identifier: int) -> None:
        if identifier not in self._open:
            return
        pad, device = self._open.pop(identifier)
        device.quit()
        if identifier != self._current:
            self.unplugged.emit(pad)
            return
        self._current = None
        self.unplugged.emit(pad)
        self._drive_with(next(iter(self._open), None))

    def _drive_with(self, identifier: int | None) -> None:
        self._current = identifier
        self.state = PadState()
        self.chosen.emit(self.current)

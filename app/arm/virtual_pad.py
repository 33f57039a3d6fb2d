"""A game controller that exists only inside SDL, for the unattended demo and the tests.

It travels the same way as a pad on a cable: SDL announces it, maps it, and delivers its events, so
that what is shown or tested with it holds for a real pad.
"""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Final

import pygame

from app.arm.gamepad import AXES, BUTTONS

_GAME_CONTROLLER: Final = 1


class VirtualPadError(RuntimeError):
    """SDL did not make, or did not move, the virtual controller; the text is SDL's reason."""


class VirtualPad:
    """Owns one virtual controller, plugged in from construction until :meth:`unplug`.

    Use it on the thread that polls SDL, after ``pygame.init`` or ``pygame.joystick.init``.

    Raises:
        VirtualPadError: when SDL refuses.
    """

    def __init__(self) -> None:
        self._sdl = _sdl()
        index = self._sdl.SDL_JoystickAttachVirtual(_GAME_CONTROLLER, len(AXES), len(BUTTONS), 0)
        if index < 0:
            raise VirtualPadError(self._reason())
        self._index = index
        self._joystick = self._sdl.SDL_JoystickOpen(index)
        if not self._joystick:
            raise VirtualPadError(self._reason())
        self.instance_id: int = self._sdl.SDL_JoystickInstanceID(self._joystick)
        for trigger in ("left_trigger", "right_trigger"):
            self.move(trigger, 0.0)

    @property
    def plugged(self) -> bool:
        """Whether SDL still has it."""
        return self._joystick is not None

    def move(self, axis: str, value: float) -> None:
        """Put `axis` (one of `AXES`) at `value`: sticks in [-1, 1], triggers in [0, 1]."""
        # A trigger rests at the lower end of SDL's range.
        scaled = 2 * value - 1 if axis.endswith("trigger") else value
        raw = round(max(-1.0, min(1.0, scaled)) * 32767)
        self._check(self._sdl.SDL_JoystickSetVirtualAxis(self._joystick, AXES.index(axis), raw))

    def press(self, button: str) -> None:
        """Hold `button` (one of `BUTTONS`) down."""
        self._set_button(button, 1)

    def release(self, button: str) -> None:
        """Let go of `button`."""
        self._set_button(button, 0)

    def centre(self) -> None:
        """Let go of both sticks and both triggers."""
        for axis in AXES:
            self.move(axis, 0.0)

    def unplug(self) -> None:
        """Pull the cable; nothing happens if it was pulled before."""
        if self._joystick is None:
            return
        self._sdl.SDL_JoystickClose(self._joystick)
        self._joystick = None
        self._check(self._sdl.SDL_JoystickDetachVirtual(self._present_index()))

    def _set_button(self, button: str, value: int) -> None:
        number = BUTTONS.index(button)
        self._check(self._sdl.SDL_JoystickSetVirtualButton(self._joystick, number, value))

    def _present_index(self) -> int:
        """Its device index now; plugging and unplugging others shifts it."""
        for index in range(self._sdl.SDL_NumJoysticks()):
            if self._sdl.SDL_JoystickGetDeviceInstanceID(index) == self.instance_id:
                return index
        return -1

    def _check(self, status: int) -> None:
        if status != 0:
            raise VirtualPadError(self._reason())

    def _reason(self) -> str:
        return str(self._sdl.SDL_GetError().decode() or "SDL gave no reason")


def _sdl() -> ctypes.CDLL:
    """The SDL library that pygame has loaded, with the argument types of what is used here.

    Another copy of SDL would have its own list of controllers, so it must be this one.
    """
    package = Path(pygame.__file__).parent
    bundled = [
        *(package.parent / "pygame.libs").glob("libSDL2-2*.so*"),
        *(package / ".dylibs").glob("libSDL2-2*.dylib"),
        *package.glob("SDL2.dll"),
    ]
    sdl = ctypes.CDLL(str(bundled[0]) if bundled else "libSDL2-2.0.so.0")
    pointer, integer = ctypes.c_void_p, ctypes.c_int
    for name, arguments, result in (
        ("JoystickAttachVirtual", [integer] * 4, integer),
        ("JoystickOpen", [integer], pointer),
        ("JoystickClose", [pointer], None),
        ("JoystickInstanceID", [pointer], ctypes.c_int32),
        ("JoystickGetDeviceInstanceID", [integer], ctypes.c_int32),
        ("JoystickSetVirtualAxis", [pointer, integer, ctypes.c_int16], integer),
        ("JoystickSetVirtualButton", [pointer, integer, ctypes.c_uint8], integer),
        ("JoystickDetachVirtual", [integer], integer),
        ("GetError", [], ctypes.c_char_p),
    ):
        function = getattr(sdl, f"SDL_{name}")
        function.argtypes, function.restype = arguments, result
    return sdl

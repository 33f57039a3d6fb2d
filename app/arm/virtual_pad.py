"""A game controller that exists only inside SDL, for the unattended demo and the tests.

It travels the same way as a pad on a cable: SDL announces it, maps it, and delivers its events, so
that what is shown or tested with it holds for a real pad.
"""

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
        self._check(index >= 0)
        self._joystick = ctypes.c_void_p(self._sdl.SDL_JoystickOpen(index))
        self._check(bool(self._joystick))
        self.instance_id: int = self._sdl.SDL_JoystickInstanceID(self._joystick)
        self.move("left_trigger", 0.0)
        self.move("right_trigger", 0.0)

    def move(self, axis: str, value: float) -> None:
        """Put `axis` (one of `AXES`) at `value`: sticks in [-1, 1], triggers in [0, 1]."""
        # A trigger rests at the lower end of SDL's range.
        scaled = 2 * value - 1 if axis.endswith("trigger") else value
        raw = round(max(-1.0, min(1.0, scaled)) * 32767)
        number = AXES.index(axis)
        self._check(self._sdl.SDL_JoystickSetVirtualAxis(self._joystick, number, raw) == 0)

    def press(self, button: str, held: bool = True) -> None:
        """Hold `button` (one of `BUTTONS`) down, or let go of it."""
        number = BUTTONS.index(button)
        self._check(self._sdl.SDL_JoystickSetVirtualButton(self._joystick, number, held) == 0)

    def centre(self) -> None:
        """Let go of both sticks and both triggers."""
        for axis in AXES:
            self.move(axis, 0.0)

    def unplug(self) -> None:
        """Pull the cable; nothing happens if it was pulled before."""
        if self._joystick:
            self._sdl.SDL_JoystickClose(self._joystick)
            self._joystick = ctypes.c_void_p()
            # Its index may have changed: plugging and unplugging others shifts it.
            for index in range(self._sdl.SDL_NumJoysticks()):
                if self._sdl.SDL_JoystickGetDeviceInstanceID(index) == self.instance_id:
                    self._check(self._sdl.SDL_JoystickDetachVirtual(index) == 0)
                    return

    def _check(self, succeeded: bool) -> None:
        if not succeeded:
            raise VirtualPadError(self._sdl.SDL_GetError().decode() or "SDL gave no reason")


def _sdl() -> ctypes.CDLL:
    """The SDL library that pygame has loaded. Another copy has its own list of controllers."""
    package = Path(pygame.__file__).parent
    bundled = [
        *(package.parent / "pygame.libs").glob("libSDL2-2*.so*"),
        *(package / ".dylibs").glob("libSDL2-2*.dylib"),
        *package.glob("SDL2.dll"),
    ]
    sdl = ctypes.CDLL(str(bundled[0]) if bundled else "libSDL2-2.0.so.0")
    # What else is used takes and returns integers, as ctypes assumes.
    sdl.SDL_JoystickOpen.restype = ctypes.c_void_p
    sdl.SDL_GetError.restype = ctypes.c_char_p
    return sdl

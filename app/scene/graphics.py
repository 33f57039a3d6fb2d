"""OpenGL off screen, made ready before MuJoCo uses it.

MuJoCo holds Python's lock while it makes its GL objects, and in software the driver compiles for
most of that time what it needs to scale the sky down: window and control loop stood still for
80 ms at every new context. Asked for through ctypes, which gives the lock away, the same
compilation stops no other thread, and MuJoCo is done in 13 ms.
"""

import ctypes
import sys
from functools import cache

from core.simulation.canvas import GraphicsContext, offscreen_context

CUBE_MAP, CUBE_FACE, FACES = 0x8513, 0x8515, 6
"""A texture of six pictures, as a sky is; its first face; how many there are."""
RGB, UNSIGNED_BYTE = 0x1907, 0x1401
EDGE = 4
"""Large enough for two scalings down, each of which is compiled [px]."""


def ready_context(width: int, height: int) -> GraphicsContext:
    """An offscreen context of this thread, current, in which MuJoCo's first step is quick.

    Raises `core.simulation.UnavailableGraphicsError`.
    """
    context = offscreen_context(width, height)
    context.make_current()
    library = _library()
    if library is not None:
        _scale_something_down(library)
    return context


@cache
def _library() -> ctypes.CDLL | None:
    """OpenGL's entry points; None where they are not simply exported, and nothing is made ready."""
    if not sys.platform.startswith("linux"):
        return None
    for name in ("libOpenGL.so.0", "libGL.so.1"):
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        if hasattr(library, "glGenerateMipmap"):
            return library
    return None


def _scale_something_down(gl: ctypes.CDLL) -> None:
    texture = ctypes.c_uint()
    gl.glGenTextures(1, ctypes.byref(texture))
    gl.glBindTexture(CUBE_MAP, texture)
    for face in range(CUBE_FACE, CUBE_FACE + FACES):
        gl.glTexImage2D(face, 0, RGB, EDGE, EDGE, 0, RGB, UNSIGNED_BYTE, None)
    gl.glGenerateMipmap(CUBE_MAP)
    gl.glFinish()
    gl.glDeleteTextures(1, ctypes.byref(texture))

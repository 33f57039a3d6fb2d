"""Keeps None, True and False alive on Python 3.11.

PySide6 6.12 gives back one reference too many to None at every call of a Python slot, and to True
at every emitted signal. From Python 3.12 on these objects are immortal and nothing comes of it; on
3.11 the count reaches zero after a minute or so and the interpreter aborts ("none_dealloc:
deallocating None"). A count that cannot run out is what Python 3.12 gives them.
"""

from __future__ import annotations

import ctypes
import sys

ENOUGH = 1 << 40
"""References added: at 10,000 lost in a second, enough for three years."""


def make_immortal() -> None:
    """Raise the reference counts of the singletons; does nothing where they are immortal."""
    if sys.implementation.name != "cpython" or sys.version_info >= (3, 12):
        return
    for singleton in (None, True, False):
        if sys.getrefcount(singleton) < ENOUGH:
            # An object begins with its reference count in every CPython build but the tracing one.
            ctypes.c_ssize_t.from_address(id(singleton)).value += ENOUGH

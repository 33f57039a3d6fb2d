"""Signals and slots may be called for years without using up None and True."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtCore import QObject, Signal

from app.singletons import ENOUGH


class Bell(QObject):
    rung = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.heard = 0
        self.rung.connect(self.hear)

    def hear(self, _what: object) -> None:
        self.heard += 1


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="singletons are immortal from 3.12 on")
def test_singletons_do_not_run_out():
    bell = Bell()
    for _ in range(20_000):
        bell.rung.emit(None)
    assert bell.heard == 20_000
    for singleton in (None, True, False):
        assert sys.getrefcount(singleton) > ENOUGH // 2

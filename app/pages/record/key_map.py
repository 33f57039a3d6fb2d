"""The keys that drive, each drawn as a key, pressed ones in the accent."""

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from app.arm.mapping import ACTION_KEYS, MOTION_KEYS, PRECISE_KEY, Key
from app.widgets.controls import configure
from app.widgets.painted import CENTRE, Painted, fill_box, write

_ROW = 26.0
_CAP = 20.0
_TITLES = ("left · right", "away · back", "up · down", "roll", "tilt", "turn")
_ORDER = (1, 0, 2, 5, 4, 3)
"""Motions in the order in which a person needs them."""


class KeyMap(Painted):
    """Two columns: what is held to move, and what is pressed once."""

    def __init__(self) -> None:
        super().__init__()
        self._down: frozenset[int] = frozenset()
        self.setFixedHeight(round(7 * _ROW))
        configure(self, minimumWidth=328, accessibleName="Keys")

    def show_down(self, down: frozenset[int]) -> None:
        """Draw other keys as held."""
        if down != self._down:
            self._down = down
            self.update()

    def draw(self, painter: QPainter) -> None:
        for number, axis in enumerate(_ORDER):
            plus, minus, _ = MOTION_KEYS[axis]
            pair = (minus, plus) if axis == 0 else (plus, minus)
            x = self._cap(painter, 0.0, number * _ROW, pair[0])
            x = self._cap(painter, x + 4, number * _ROW, pair[1])
            self._text(painter, 60.0, number * _ROW, _TITLES[axis])
        half = max(156.0, self.width() * 0.47)
        for number, key in enumerate((*ACTION_KEYS.values(), PRECISE_KEY)):
            self._cap(painter, half, number * _ROW, key)
            self._text(painter, half + 62, number * _ROW, key.does)

    def _cap(self, painter: QPainter, x: float, y: float, key: Key) -> float:
        held = int(key.key) in self._down
        width = max(_CAP + 4, painter.fontMetrics().horizontalAdvance(key.label) + 14.0)
        area = QRectF(x + 0.5, y + 2.5, width, _CAP)
        fill_box(painter, area, "accent" if held else "raised", "accent" if held else "line")
        write(painter, area, key.label, "on_accent" if held else "text", CENTRE)
        return x + width

    def _text(self, painter: QPainter, x: float, y: float, text: str) -> None:
        write(painter, QRectF(x, y + 2.5, self.width() - x, _CAP), text, "muted")

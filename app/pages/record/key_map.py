"""The keys that drive, each drawn as a key, pressed ones in the accent."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.arm.mapping import ACTION_KEYS, MOTION_KEYS, PRECISE_KEY, Key
from app.theme.theme import Theme

_ROW = 26.0
_CAP = 20.0
_TITLES = ("left · right", "away · back", "up · down", "roll", "tilt", "turn")
_ORDER = (1, 0, 2, 5, 4, 3)
"""Motions in the order in which a person needs them."""


class KeyMap(QWidget):
    """Two columns: what is held to move, and what is pressed once."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._down: frozenset[int] = frozenset()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Keys")

    def sizeHint(self) -> QSize:
        return QSize(328, round(7 * _ROW))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_down(self, down: frozenset[int]) -> None:
        """Draw other keys as held."""
        if down != self._down:
            self._down = down
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 — Qt's signature
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._theme.font("small"))
        for number, axis in enumerate(_ORDER):
            plus, minus, _ = MOTION_KEYS[axis]
            pair = (minus, plus) if axis in (0, 5) else (plus, minus)
            if axis == 5:
                pair = (plus, minus)
            x = self._cap(painter, 0.0, number * _ROW, pair[0])
            x = self._cap(painter, x + 4, number * _ROW, pair[1])
            self._text(painter, 60.0, number * _ROW, _TITLES[axis])
        half = max(156.0, self.width() * 0.47)
        for number, key in enumerate((*ACTION_KEYS.values(), PRECISE_KEY)):
            self._cap(painter, half, number * _ROW, key)
            self._text(painter, half + 62, number * _ROW, key.does)
        painter.end()

    def _cap(self, painter: QPainter, x: float, y: float, key: Key) -> float:
        theme = self._theme
        held = int(key.key) in self._down
        width = max(_CAP + 4, painter.fontMetrics().horizontalAdvance(key.label) + 14.0)
        area = QRectF(x + 0.5, y + 2.5, width, _CAP)
        painter.setPen(QPen(theme.color("accent" if held else "line"), 1))
        painter.setBrush(theme.color("accent" if held else "raised"))
        painter.drawRoundedRect(area, 4, 4)
        painter.setPen(theme.color("on_accent" if held else "text"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, key.label)
        return x + width

    def _text(self, painter: QPainter, x: float, y: float, text: str) -> None:
        painter.setPen(self._theme.color("muted"))
        area = QRectF(x, y + 2.5, self.width() - x, _CAP)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

"""Widgets that draw themselves."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.theme.theme import current_theme


class Painted(QWidget):
    """Asks `draw` for its picture, with smooth edges and the small font of the current theme."""

    def draw(self, painter: QPainter) -> None:
        """Draw everything there is to see now, in the colours of `current_theme`."""
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 — Qt's signature
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(current_theme().font("small"))
        self.draw(painter)
        painter.end()

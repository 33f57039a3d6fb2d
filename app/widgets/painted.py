"""Widgets that draw themselves."""

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.theme.theme import current_theme

LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
CENTRE = int(Qt.AlignmentFlag.AlignCenter)
CUT = Qt.TextElideMode.ElideRight
"""Too long a text ends in an ellipsis."""


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


class LineSample(Painted):
    """Draws the line of `pen`, which is asked each time: colours follow the theme by themselves."""

    def __init__(self, pen: Callable[[], QPen], width: int = 16) -> None:
        super().__init__()
        self._pen = pen
        self.setFixedSize(width, 12)

    def draw(self, painter: QPainter) -> None:
        pen = QPen(self._pen())
        pen.setWidthF(2.0)
        painter.setPen(pen)
        painter.setOpacity(1.0 if self.isEnabled() else 0.3)
        painter.drawLine(0, 6, self.width(), 6)


def write(
    painter: QPainter,
    area: QRect | QRectF,
    text: str,
    color: str | QColor = "text",
    align: int = LEFT,
    *,
    font: str = "",
    bold: bool = False,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideNone,
) -> None:
    """Write into an area; colours and fonts ("small", "body") may be names of the theme's."""
    theme = current_theme()
    if font:
        painter.setFont(theme.font(font, bold=bold))
    painter.setPen(theme.color(color) if isinstance(color, str) else color)
    text = painter.fontMetrics().elidedText(text, elide, int(area.width()))
    painter.drawText(area, align, text)


def fill_box(
    painter: QPainter, area: QRectF, fill: str | QColor, edge: str = "", radius: float = 4
) -> None:
    """A box with round corners; `edge` is the colour of its line, without one there is none."""
    theme = current_theme()
    painter.setPen(QPen(theme.color(edge), 1.2) if edge else Qt.PenStyle.NoPen)
    painter.setBrush(theme.color(fill) if isinstance(fill, str) else fill)
    painter.drawRoundedRect(area, radius, radius)

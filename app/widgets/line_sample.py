"""A short piece of a curve's line, next to its name."""

from collections.abc import Callable

from PySide6.QtGui import QPainter, QPen

from app.widgets.painted import Painted


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

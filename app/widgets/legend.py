"""The names of curves above their plot, each with its line and its present value."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.theme.plots import format_value
from app.widgets.field_editors import words


class LineSample(QWidget):
    """A short piece of a curve's line."""

    def __init__(self, pen: QPen, width: int = 16) -> None:
        super().__init__()
        self._pen = pen
        self.setFixedSize(width, 12)

    def set_pen(self, pen: QPen) -> None:
        """Draw with another pen."""
        self._pen = pen
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 — Qt's signature
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self._pen)
        pen.setWidthF(2.0)
        painter.setPen(pen)
        painter.setOpacity(1.0 if self.isEnabled() else 0.3)
        painter.drawLine(0, 6, self.width(), 6)
        painter.end()


class LegendEntry(QWidget):
    """The line, name and value of one curve; a click or the space bar hides or shows the curve."""

    toggled = Signal(str, bool)
    """Name of the curve, and whether it is to be shown."""

    def __init__(self, name: str, pen: QPen) -> None:
        super().__init__()
        self.name = name
        self.shown = True
        self._line = LineSample(pen)
        self._name = QLabel(words(name))
        self._name.setProperty("role", "caption")
        self._value = QLabel("–")
        self._value.setProperty("role", "value")
        metrics = self._value.fontMetrics()  # of one size, or each value would lay out the page
        self._value.setFixedSize(metrics.horizontalAdvance("0.00000"), metrics.height())
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 8, 0)
        row.setSpacing(4)
        for part in (self._line, self._name, self._value):
            row.addWidget(part)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip("Click to hide or show this curve")
        self.setAccessibleName(words(name))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    @property
    def value_text(self) -> str:
        """The value as it is shown."""
        return self._value.text()

    def set_value(self, value: float) -> None:
        """Show the present value."""
        self._value.setText(format_value(value))
        self._value.show()

    def hide_value(self) -> None:
        """Show the name alone."""
        self._value.hide()

    def set_pen(self, pen: QPen) -> None:
        """Take the colour of another theme."""
        self._line.set_pen(pen)

    def toggle(self) -> None:
        """Hide a shown curve, show a hidden one."""
        self.shown = not self.shown
        for part in (self._line, self._name, self._value):
            part.setEnabled(self.shown)
        self.toggled.emit(self.name, self.shown)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.toggle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.toggle()
        else:
            super().keyPressEvent(event)

"""The names of curves above their plot, each with its line and its present value."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPen
from PySide6.QtWidgets import QWidget

from app.widgets.controls import configure, label, row
from app.widgets.field_editors import words
from app.widgets.formats import format_value
from app.widgets.painted import LineSample


class LegendEntry(QWidget):
    """The line, name and value of one curve; a click or the space bar hides or shows the curve."""

    toggled = Signal(str, bool)
    """Name of the curve, and whether it is to be shown."""

    def __init__(self, name: str, pen: Callable[[], QPen]) -> None:
        super().__init__()
        self.name = name
        self.shown = True
        self._value = label("–", "value")
        metrics = self._value.fontMetrics()  # of one size, or each value would lay out the page
        self._value.setFixedSize(metrics.horizontalAdvance("0.00000"), metrics.height())
        self._parts = (LineSample(pen), label(words(name), "caption"), self._value)
        row(*self._parts, spacing=4, margins=(0, 0, 8, 0), inside=self)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        configure(
            self,
            toolTip="Click to hide or show this curve",
            accessibleName=words(name),
            focusPolicy=Qt.FocusPolicy.TabFocus,
        )

    @property
    def value_text(self) -> str:
        """The value as it is shown."""
        return self._value.text()

    def show_value(self, value: float | None) -> None:
        """Show the present value; None shows the name alone."""
        if value is not None:
            self._value.setText(format_value(value))
        self._value.setVisible(value is not None)

    def toggle(self) -> None:
        """Hide a shown curve, show a hidden one."""
        self.shown = not self.shown
        for part in self._parts:
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

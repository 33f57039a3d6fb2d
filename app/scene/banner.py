"""A notice over the scene for as long as a condition lasts, such as a missing gamepad."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.widgets.controls import Sign, row
from app.widgets.floating import Floating


class Banner(Floating):
    """Floats below the top of its host while it has a text; the mouse goes through it."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, Qt.Edge.TopEdge)
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        sign = Sign("ph.hand-fill", "warning")
        row(sign, self.label, margins=(16, 8, 16, 8), inside=self)
        self.hide()

    def show_text(self, text: str) -> None:
        """Show a text, or hide with an empty one."""
        if text == self.label.text():
            return
        self.label.setText(text)
        self.setVisible(bool(text))
        if text:
            self.place()
            self.raise_()

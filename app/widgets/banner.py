"""A notice over the scene for as long as a condition lasts, such as a missing gamepad."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.theme.theme import Theme
from app.widgets.floating import Floating


class Banner(Floating):
    """Floats below the top of its host while it has a text; the mouse goes through it."""

    def __init__(self, theme: Theme, host: QWidget) -> None:
        super().__init__(host, Qt.Edge.TopEdge)
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._icon = QLabel()
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self.label)
        self.set_theme(theme)
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

    def set_theme(self, theme: Theme) -> None:
        """Draw the icon in the colours of another theme."""
        self._icon.setPixmap(theme.icon("ph.hand-fill", "warning").pixmap(20, 20))

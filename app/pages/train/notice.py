"""A notice inside a page that stays until it is closed or no longer true."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from app.theme.theme import Theme


class Notice(QFrame):
    """A sentence with an icon, a button if there is something to do, and a way to close it.

    A notice that was closed stays away until its text is another one.
    """

    pressed = Signal()
    """The button was pressed."""

    def __init__(self, theme: Theme, action: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._closed_text = ""
        self._icon = QLabel()
        self.label = QLabel()
        self.label.setWordWrap(True)
        self.button = QPushButton(action)
        self.button.clicked.connect(self.pressed)
        self.close_button = QToolButton()
        self.close_button.setProperty("kind", "quiet")
        self.close_button.setToolTip("Close")
        self.close_button.clicked.connect(self._close)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self.label, 1)
        row.addWidget(self.button)
        row.addWidget(self.close_button)
        self.button.setVisible(bool(action))  # not before they have a place:
        self.close_button.setVisible(not action)  # they would be windows of their own
        self.set_theme(theme)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while it is hidden."""
        return "" if self.isHidden() else self.label.text()

    def say(self, text: str) -> None:
        """Show a text, or hide with an empty one."""
        if text:
            self.label.setText(text)
        else:
            self._closed_text = ""
        self.setVisible(bool(text) and text != self._closed_text)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of another theme."""
        self._icon.setPixmap(theme.icon("ph.warning-fill", "warning").pixmap(20, 20))
        self.close_button.setIcon(theme.icon("ph.x"))

    def _close(self) -> None:
        self._closed_text = self.label.text()
        self.hide()

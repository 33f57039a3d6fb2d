"""What an empty page or list shows: why it is empty and what to do next."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.theme.theme import Theme


class Empty(QWidget):
    """An icon, a heading, a sentence, and if there is one thing to do, its button."""

    pressed = Signal()

    def __init__(
        self,
        theme: Theme,
        icon: str,
        heading: str,
        text: str,
        action: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon
        self._icon = QLabel()
        self._heading = QLabel(heading)
        self._heading.setProperty("role", "heading")
        self._text = QLabel(text)
        self._text.setProperty("role", "muted")
        self._text.setWordWrap(True)
        self._button = QPushButton(action)
        self._button.setProperty("kind", "primary")
        self._button.clicked.connect(self.pressed)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 24, 16, 24)
        column.setSpacing(8)
        column.addStretch(1)
        for widget in (self._icon, self._heading, self._text):
            widget.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(widget)
        column.addSpacing(8)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        self._button.setVisible(bool(action))  # not before it has a place: it would be a window
        column.addStretch(2)
        self.set_theme(theme)

    def say(self, heading: str, text: str) -> None:
        """Change heading and sentence."""
        self._heading.setText(heading)
        self._text.setText(text)

    def offer(self, action: str) -> None:
        """Change what the button says; an empty text hides it."""
        self._button.setText(action)
        self._button.setVisible(bool(action))

    def set_theme(self, theme: Theme) -> None:
        """Draw the icon in the colours of another theme."""
        self._icon.setPixmap(theme.icon(self._icon_name, "faint").pixmap(40, 40))

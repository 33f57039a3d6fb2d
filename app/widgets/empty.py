"""What an empty page or list shows: why it is empty and what to do next."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.widgets.controls import Sign, button, column, label


class Empty(QWidget):
    """An icon, a heading, a sentence, and if there is one thing to do, its button."""

    pressed = Signal()

    def __init__(self, icon: str, heading: str, text: str, action: str = "") -> None:
        super().__init__()
        self._heading = label(heading, "heading")
        self._text = label(text, "muted", wrap=True)
        self._button = button(action, self.pressed.emit, kind="primary")
        centre = Qt.AlignmentFlag.AlignHCenter
        self._heading.setAlignment(centre)
        self._text.setAlignment(centre)
        sign, action_button = (Sign(icon, "faint", 40), centre), (self._button, centre)
        parts = (1, sign, self._heading, self._text, action_button, 2)
        column(*parts, margins=(16, 24, 16, 24), inside=self).insertSpacing(4, 8)
        self._button.setVisible(bool(action))  # not before it has a place: it would be a window

    def say(self, heading: str, text: str, action: str = "") -> None:
        """Change heading, sentence and what the button says; an empty text hides that."""
        self._heading.setText(heading)
        self._text.setText(text)
        self._button.setText(action)
        self._button.setVisible(bool(action))

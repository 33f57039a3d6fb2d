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
        inside = column(1, margins=(16, 24, 16, 24), inside=self)
        centre = Qt.AlignmentFlag.AlignHCenter
        inside.addWidget(Sign(icon, "faint", 40), 0, centre)
        for text_label in (self._heading, self._text):
            text_label.setAlignment(centre)
            inside.addWidget(text_label)
        inside.addSpacing(8)
        inside.addWidget(self._button, 0, centre)
        inside.addStretch(2)
        self._button.setVisible(bool(action))  # not before it has a place: it would be a window

    def say(self, heading: str, text: str, action: str = "") -> None:
        """Change heading, sentence and what the button says; an empty text hides that."""
        self._heading.setText(heading)
        self._text.setText(text)
        self._button.setText(action)
        self._button.setVisible(bool(action))

"""A notice inside a page that stays until it is closed or no longer true."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame

from app.widgets.controls import Sign, button, label, row, tool


class Notice(QFrame):
    """A sentence with an icon, a button if there is something to do, and a way to close it.

    A notice that was closed stays away until its text is another one.
    """

    pressed = Signal()
    """The button was pressed."""

    def __init__(self, action: str = "") -> None:
        super().__init__()
        self.setObjectName("banner")
        self._closed_text = ""
        self.label = label(wrap=True)
        self.button = button(action, self.pressed.emit)
        self.close_button = tool("ph.x", "Close", self._close)
        row(
            Sign("ph.warning-fill", "warning"),
            (self.label, 1),
            self.button,
            self.close_button,
            margins=(16, 8, 8, 8),
            inside=self,
        )
        self.button.setVisible(bool(action))  # not before they have a place:
        self.close_button.setVisible(not action)  # they would be windows of their own
        self.hide()

    def say(self, text: str) -> None:
        """Show a text, or hide with an empty one."""
        if text:
            self.label.setText(text)
        else:
            self._closed_text = ""
        self.setVisible(bool(text) and text != self._closed_text)

    def _close(self) -> None:
        self._closed_text = self.label.text()
        self.hide()

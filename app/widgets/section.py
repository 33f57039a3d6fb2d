"""A heading that opens and closes what is below it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.theme.theme import icon
from app.widgets.controls import column, configure, tool


class Section(QWidget):
    """Closed at first. The heading is `button`, which is checked while the content is shown."""

    def __init__(self, title: str, *parts: QWidget) -> None:
        super().__init__()
        self.button = tool("ph.caret-right", "", role="muted", size=16)
        self.button.setText(title)
        configure(
            self.button, checkable=True, toolButtonStyle=Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.toggled.connect(self._toggled)
        self._content = QWidget()
        self.column = column(*parts, margins=(0, 4, 0, 8), inside=self._content)
        """Where the content goes."""
        self._content.hide()
        column(self.button, self._content, spacing=0, inside=self)

    def _toggled(self, is_open: bool) -> None:
        self._content.setVisible(is_open)
        self.button.setIcon(icon("ph.caret-down" if is_open else "ph.caret-right", "muted"))

"""A heading that opens and closes what is below it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.theme.theme import Theme


class Section(QWidget):
    """Closed at first; `opened` is told at the first opening, so that content can be made late."""

    opened = Signal()
    """The section was opened for the first time."""

    def __init__(self, title: str, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._was_opened = False
        self.button = QToolButton()
        self.button.setProperty("kind", "quiet")
        self.button.setText(title)
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.toggled.connect(self._toggled)
        self._content = QWidget()
        self.column = QVBoxLayout(self._content)
        """Where the content goes."""
        self.column.setContentsMargins(0, 4, 0, 8)
        self.column.setSpacing(8)
        self._content.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.button)
        column.addWidget(self._content)
        self.set_theme(theme)

    @property
    def is_open(self) -> bool:
        """Whether the content is shown."""
        return self.button.isChecked()

    def set_open(self, is_open: bool) -> None:
        """Show or hide the content."""
        self.button.setChecked(is_open)

    def set_title(self, title: str) -> None:
        """Change the heading."""
        self.button.setText(title)

    def set_theme(self, theme: Theme) -> None:
        """Draw the arrow in the colours of another theme."""
        self._theme = theme
        name = "ph.caret-down" if self.is_open else "ph.caret-right"
        self.button.setIcon(theme.icon(name, "muted"))

    def _toggled(self, is_open: bool) -> None:
        if is_open and not self._was_opened:
            self._was_opened = True
            self.opened.emit()
        self._content.setVisible(is_open)
        self.set_theme(self._theme)

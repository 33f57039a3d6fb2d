"""A bar that says what failed and stays until it is closed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.theme.theme import Theme


class FailureBar(QFrame):
    """One sentence with what to do, and details on demand.

    Failures that come while one is shown wait behind it, so that none is lost; the same one
    again is counted instead.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("failureBar")
        self._waiting: list[tuple[str, str]] = []
        self._shown: tuple[str, str] | None = None
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more = QPushButton("Details")
        self._more.setCheckable(True)
        self._more.setProperty("kind", "quiet")
        self._close = QToolButton()
        self._close.setProperty("kind", "quiet")
        self._close.setToolTip("Close")
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setFixedHeight(160)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._more)
        row.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 8, 8)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._details)
        self._more.toggled.connect(self._details.setVisible)
        self._close.clicked.connect(self.close_current)
        self.set_theme(theme)
        self._details.hide()
        self.hide()

    @property
    def text(self) -> str:
        """The sentence shown; empty if none is."""
        return self._shown[0] if self._shown else ""

    @property
    def details(self) -> str:
        """The details of the shown failure."""
        return self._shown[1] if self._shown else ""

    def show_failure(self, text: str, details: str = "") -> None:
        """Show a failure now, or after those that are shown already."""
        failure = (text, details)
        if failure == self._shown or failure in self._waiting:
            return
        self._waiting.append(failure)
        if self._shown is None:
            self._next()
        else:
            self._count()

    def close_current(self) -> None:
        """Close what is shown; the next waiting failure takes its place."""
        self._shown = None
        self._next()

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of another theme."""
        self._icon.setPixmap(theme.icon("ph.warning-fill", "danger").pixmap(20, 20))
        self._close.setIcon(theme.icon("ph.x"))

    def _next(self) -> None:
        self._more.setChecked(False)
        if not self._waiting:
            self.hide()
            return
        self._shown = self._waiting.pop(0)
        self._details.setPlainText(self._shown[1])
        self._more.setVisible(bool(self._shown[1]))
        self._count()
        self.show()

    def _count(self) -> None:
        more = f"  (and {len(self._waiting)} more)" if self._waiting else ""
        self._text.setText(f"{self.text}{more}")

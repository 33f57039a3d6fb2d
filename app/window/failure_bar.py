"""A bar that says what failed and stays until it is closed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from app.widgets.controls import Sign, button, column, configure, label, row, tool


class FailureBar(QFrame):
    """One sentence with what to do, and details on demand.

    Failures that come while one is shown wait behind it, so that none is lost; the same one
    again is counted instead.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("failureBar")
        self._waiting: list[tuple[str, str]] = []
        self._shown: tuple[str, str] | None = None
        self._text = configure(
            label(wrap=True), textInteractionFlags=Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self._more = configure(button("Details", kind="quiet"), checkable=True)
        self._close = tool("ph.x", "Close", self.close_current)
        self._details = configure(QPlainTextEdit(), readOnly=True)
        self._details.setFixedHeight(160)
        line = row(Sign("ph.warning-fill", "danger"), (self._text, 1), self._more, self._close)
        column(line, self._details, margins=(16, 8, 8, 8), inside=self)
        self._more.toggled.connect(self._details.setVisible)
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
            self.close_current()
        else:
            self._count()

    def close_current(self) -> None:
        """Close what is shown; the next waiting failure takes its place."""
        self._shown = self._waiting.pop(0) if self._waiting else None
        self._more.setChecked(False)
        self._details.setPlainText(self.details)
        self._more.setVisible(bool(self.details))
        self._count()
        self.setVisible(self._shown is not None)

    def _count(self) -> None:
        more = f"  (and {len(self._waiting)} more)" if self._waiting else ""
        self._text.setText(f"{self.text}{more}")

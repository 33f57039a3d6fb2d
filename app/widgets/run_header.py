"""What runs, how far it is and how long it will take: above the plots of a page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QVBoxLayout, QWidget

from app.widgets.elided import ElidedLabel

RESOLUTION = 1000
"""Steps of the progress bar."""


class RunHeader(QFrame):
    """State as a coloured word, title and subtitle, a few numbers with units, a progress bar."""

    def __init__(self, numbers: Sequence[str], parent: QWidget | None = None) -> None:
        """`numbers` are the captions of the numbers on the right."""
        super().__init__(parent)
        self.setProperty("role", "card")
        self.state = QLabel()
        self.title = ElidedLabel(role="heading")
        self.subtitle = ElidedLabel(role="caption")
        self.progress = QProgressBar()
        self.progress.setRange(0, RESOLUTION)
        self.progress.setTextVisible(False)
        self._numbers: dict[str, QLabel] = {}
        first = QHBoxLayout()
        first.setSpacing(12)
        first.addWidget(self.state)
        first.addWidget(self.title)
        first.addStretch(1)
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addLayout(first)
        names.addWidget(self.subtitle)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addLayout(names, 1)
        for caption in numbers:
            row.addLayout(self._number(caption))
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self.progress)

    def say(self, state: str, role: str, title: str, subtitle: str = "") -> None:
        """`role` colours the state: "", "good", "warning", "danger", "accent" or "muted"."""
        self.state.setText(f"● {state}")
        if self.state.property("role") != role:
            self.state.setProperty("role", role)
            self.state.style().unpolish(self.state)
            self.state.style().polish(self.state)
        self.title.setText(title)
        self.subtitle.setText(subtitle)

    def set_number(self, caption: str, text: str) -> None:
        """Show `text` above its caption. Raises `KeyError` for a caption that is not there."""
        self._numbers[caption].setText(text)

    def number(self, caption: str) -> str:
        """What is shown above `caption`."""
        return self._numbers[caption].text()

    def set_fraction(self, fraction: float) -> None:
        """Show how much is done, in [0, 1]."""
        self.progress.setValue(round(RESOLUTION * min(1.0, max(0.0, fraction))))

    def _number(self, caption: str) -> QVBoxLayout:
        value = QLabel("–")
        value.setProperty("role", "heading")
        value.setAlignment(Qt.AlignmentFlag.AlignRight)
        metrics = value.fontMetrics()  # of one size, or each number would lay out the page
        value.setFixedSize(metrics.horizontalAdvance("00,000 / 00,000"), metrics.height() + 2)
        name = QLabel(caption)
        name.setProperty("role", "caption")
        name.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._numbers[caption] = value
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(value)
        column.addWidget(name)
        return column

"""What runs, how far it is and how long it will take: above the plots of a page."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QProgressBar, QVBoxLayout

from app.widgets.controls import Card, column, configure, label, row, set_look
from app.widgets.elided import ElidedLabel

RESOLUTION = 1000
"""Steps of the progress bar."""


class RunHeader(Card):
    """State as a coloured word, title and subtitle, a few numbers with units, a progress bar."""

    def __init__(self, numbers: Sequence[str]) -> None:
        """`numbers` are the captions of the numbers on the right."""
        self.state = label()
        self.title = ElidedLabel(role="heading")
        self.subtitle = ElidedLabel(role="caption")
        self.progress = configure(QProgressBar(), minimum=0, maximum=RESOLUTION, textVisible=False)
        self._numbers: dict[str, QLabel] = {}
        first = row(self.state, self.title, 1, spacing=12)
        names = column(first, self.subtitle, spacing=2)
        columns = [self._number(caption) for caption in numbers]
        super().__init__("", row((names, 1), *columns), self.progress, margins=(12, 8, 12, 12))

    def say(self, state: str, role: str, title: str, subtitle: str = "") -> None:
        """`role` colours the state: "", "good", "warning", "danger", "accent" or "muted"."""
        self.state.setText(f"● {state}")
        set_look(self.state, "role", role)
        self.title.setText(title)
        self.subtitle.setText(subtitle)

    def show_progress(self, fraction: float, *texts: str) -> None:
        """Show how much is done, in [0, 1], and a text above each caption, in their order.

        Without texts there are dashes.
        """
        self.progress.setValue(round(RESOLUTION * min(1.0, max(0.0, fraction))))
        for value, text in zip(
            self._numbers.values(), texts or "–" * len(self._numbers), strict=True
        ):
            value.setText(text)

    def set_number(self, caption: str, text: str) -> None:
        """Show `text` above its caption. Raises `KeyError` for a caption that is not there."""
        self._numbers[caption].setText(text)

    def _number(self, caption: str) -> QVBoxLayout:
        value, name = label("–", "heading"), label(caption, "caption")
        metrics = value.fontMetrics()  # of one size, or each number would lay out the page
        value.setFixedSize(metrics.horizontalAdvance("00,000 / 00,000"), metrics.height() + 2)
        for part in (value, name):
            part.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._numbers[caption] = value
        return column(value, name, spacing=2)

"""Small makers of labels, buttons and cards, so that pages read as what they show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """A label with a role of the stylesheet."""
    made = QLabel(text)
    if role:
        made.setProperty("role", role)
    made.setWordWrap(wrap)
    if wrap:
        made.setMinimumWidth(1)  # a path is one word, and must not make its panel as wide as it is
    return made


def chooser(letters: int = 10) -> QComboBox:
    """A box to choose from that has room for `letters`: a longer entry is cut in it, shown whole
    in its list, and does not make the panel wider."""
    made = QComboBox()
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(letters)
    return made


def set_tone(widget: QLabel, tone: str) -> None:
    """Colour a label's text: "", "accent", "good", "warning" or "danger"."""
    _set(widget, "tone", tone)


def set_kind(widget: QPushButton, kind: str) -> None:
    """Change the kind of a button that is shown already."""
    _set(widget, "kind", kind)


def _set(widget: QWidget, name: str, value: str) -> None:
    """Change a property that the stylesheet looks at; it does not notice by itself."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def button(
    text: str, on_click: Callable[[], Any] | None = None, *, kind: str = "", tip: str = ""
) -> QPushButton:
    """A button that a click leaves without the focus, so that keys go on driving the arm."""
    made = QPushButton(text)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    if kind:
        made.setProperty("kind", kind)
    made.setToolTip(tip)
    if on_click is not None:
        made.clicked.connect(lambda _checked=False: on_click())
    return made


def column(*, spacing: int = 8, margins: tuple[int, int, int, int] = (0, 0, 0, 0)) -> QVBoxLayout:
    """An empty column."""
    made = QVBoxLayout()
    made.setContentsMargins(*margins)
    made.setSpacing(spacing)
    return made


def row(*items: QWidget | int, spacing: int = 8) -> QHBoxLayout:
    """Widgets beside each other; an integer is a stretch of that weight."""
    made = QHBoxLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(spacing)
    for item in items:
        if isinstance(item, int):
            made.addStretch(item)
        else:
            made.addWidget(item)
    return made


class Card(QFrame):
    """A group with an optional heading; widgets are added to `body`."""

    def __init__(self, heading: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 12, 16, 12)
        self.body.setSpacing(8)
        if heading:
            self.body.addWidget(label(heading, "heading"))


def panel() -> tuple[QWidget, QVBoxLayout]:
    """The widget of a page's right dock and its column."""
    made = QWidget()
    inside = QVBoxLayout(made)
    inside.setContentsMargins(16, 16, 20, 16)  # 4 more for the scroll bar
    inside.setSpacing(16)
    return made, inside

"""The line at the foot of the window: what is connected, how fast, in which state."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.widgets.controls import row, set_look

ORDER = ("pad", "control", "fps", "device", "noise", "image noise", "recording")
"""Entries from left to right; others follow them."""

SEPARATOR = "·"


class StatusBar(QWidget):
    """Short entries, each with a state shown by colour and by its own words."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("statusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(32)
        self._row = row(1, margins=(16, 0, 16, 0), inside=self)
        self._labels: dict[str, QLabel] = {}
        self._dots: dict[str, QLabel] = {}
        for key in ORDER:
            self._add(key)

    def show_entry(self, key: str, text: str, state: str = "") -> None:
        """Set an entry; an empty text removes it. States: see `Studio.status`."""
        if key not in self._labels:
            self._add(key)
        label = self._labels[key]
        set_look(label, "state", state)
        label.ensurePolished()  # or it would measure the text in another font
        label.setText(text)
        label.setVisible(bool(text))
        shown = [each for each, said in self._labels.items() if said.text()]
        for each, dot in self._dots.items():
            dot.setVisible(each in shown[1:])  # before every shown entry but the first

    def _add(self, key: str) -> None:
        self._dots[key], self._labels[key] = QLabel(SEPARATOR), QLabel()
        for widget in (self._dots[key], self._labels[key]):
            self._row.insertWidget(self._row.count() - 1, widget)
            widget.hide()

"""The rail of pages on the left of the window."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QWidget

from app.widgets.controls import column, configure, tool

WIDTH = 80
"""Wide enough for the longest title below its icon [px]."""


class Rail(QWidget):
    """One button per page, and below them the few things that concern the whole window."""

    chosen = Signal(str)
    """Title of the page that was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self._group = QButtonGroup(self)
        self._pages, self._foot = column(), column()
        column(self._pages, 1, self._foot, margins=(8, 8, 8, 8), inside=self)

    def add_page(self, title: str, icon: str, shortcut: str) -> None:
        """Append a page button; `shortcut` such as "Ctrl+1" is shown and works anywhere."""
        made = configure(
            self._button(title, icon, f"{title} ({shortcut})"), checkable=True, shortcut=shortcut
        )
        made.clicked.connect(lambda: self.chosen.emit(title))
        self._group.addButton(made, len(self._group.buttons()))
        self._pages.addWidget(made)

    def add_tool(self, title: str, icon: str, tip: str) -> QToolButton:
        """Append a button to the foot of the rail."""
        made = self._button(title, icon, tip)
        self._foot.addWidget(made)
        return made

    def set_current(self, index: int) -> None:
        """Show which page is chosen, without emitting `chosen`."""
        self._group.button(index).setChecked(True)

    def _button(self, title: str, icon: str, tip: str) -> QToolButton:
        made = configure(tool(icon, tip, size=24), objectName="railButton")
        made.setText(title)
        made.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        return made

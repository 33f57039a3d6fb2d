"""The rail of pages on the left of the window."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.theme.theme import Theme

WIDTH = 80
"""Wide enough for the longest title below its icon [px]."""


class Rail(QWidget):
    """One button per page, and below them the few things that concern the whole window."""

    chosen = Signal(int)
    """Index of the page that a hand chose."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(WIDTH)
        self._theme = theme
        self._icons: list[tuple[QToolButton, str]] = []
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._group.idClicked.connect(self.chosen)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        self._pages = QVBoxLayout()
        self._pages.setSpacing(8)
        column.addLayout(self._pages)
        column.addStretch(1)
        self._foot = QVBoxLayout()
        self._foot.setSpacing(8)
        column.addLayout(self._foot)

    def add_page(self, title: str, icon: str, shortcut: str) -> None:
        """Append a page button; `shortcut` such as "Ctrl+1" is shown and works anywhere."""
        button = self._button(title, icon)
        button.setCheckable(True)
        button.setShortcut(shortcut)
        button.setToolTip(f"{title} ({shortcut})")
        self._group.addButton(button, len(self._group.buttons()))
        self._pages.addWidget(button)

    def add_tool(self, title: str, icon: str, tip: str) -> QToolButton:
        """Append a button to the foot of the rail."""
        button = self._button(title, icon)
        button.setToolTip(tip)
        self._foot.addWidget(button)
        return button

    def set_current(self, index: int) -> None:
        """Show which page is chosen, without telling `chosen`."""
        self._group.button(index).setChecked(True)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of another theme."""
        self._theme = theme
        for button, icon in self._icons:
            button.setIcon(theme.icon(icon))

    def _button(self, title: str, icon: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName("railButton")
        button.setText(title)
        button.setIcon(self._theme.icon(icon))
        button.setIconSize(QSize(24, 24))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._icons.append((button, icon))
        return button

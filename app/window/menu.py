"""What concerns the whole window: theme, docks, workspace, and the list of keys."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton

if TYPE_CHECKING:
    from app.window.frame import Window
    from app.window.rail import Rail


class WindowMenu(QObject):
    """The buttons at the foot of the rail and the menu behind one of them."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self._theme_button: QToolButton | None = None
        self._menu_button: QToolButton | None = None
        self.menu = QMenu(window)
        self._add("Open workspace…", self.choose_workspace, "Ctrl+O")
        self.menu.addSeparator()
        self._add("Reset layout", window.reset_layout)
        self._add("Full screen", self.toggle_full_screen, "F11")
        self.menu.addSeparator()
        self._add("Quit", window.close, QKeySequence.StandardKey.Quit)

    def add_to(self, rail: Rail) -> None:
        """Put the buttons at the foot of the rail."""
        self._theme_button = rail.add_tool("Theme", "ph.circle-half", "Dark or light (Ctrl+T)")
        self._theme_button.setShortcut("Ctrl+T")
        self._theme_button.clicked.connect(self.toggle_theme)
        self._menu_button = rail.add_tool("Menu", "ph.list", "Workspace, layout, quit")
        self._menu_button.clicked.connect(self._open)

    @Slot()
    def toggle_theme(self) -> None:
        """Change between dark and light."""
        studio = self._window.studio
        studio.set_theme("light" if studio.theme.dark else "dark")

    @Slot()
    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""
        window = self._window
        if window.isFullScreen():
            window.showNormal()
        else:
            window.showFullScreen()

    @Slot()
    def choose_workspace(self) -> None:
        """Ask for a folder and work there from now on."""
        studio = self._window.studio
        start = str(studio.workspace.root.parent)
        folder = QFileDialog.getExistingDirectory(self._window, "Open workspace", start)
        if folder:
            studio.open_workspace(Path(folder))

    def _add(self, text: str, slot: object, shortcut: object = None) -> None:
        action = QAction(text, self._window)
        action.triggered.connect(slot)
        if shortcut is not None:
            action.setShortcut(QKeySequence(shortcut))  # type: ignore[call-overload]
        self.menu.addAction(action)
        self._window.addAction(action)  # so that the shortcut works while the menu is closed

    @Slot()
    def _open(self) -> None:
        assert self._menu_button is not None
        self.menu.popup(self._menu_button.mapToGlobal(QPoint(self._menu_button.width() + 8, 0)))

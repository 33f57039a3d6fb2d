"""What concerns the whole window: theme, docks, workspace, full screen."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.studio import Studio
from app.theme.theme import current_theme
from app.widgets.controls import configure
from app.window.rail import Rail


class WindowMenu(QObject):
    """The buttons at the foot of the rail and the menu behind one of them."""

    def __init__(
        self, window: QWidget, studio: Studio, rail: Rail, reset_layout: Callable[[], object]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._studio = studio
        self.menu = QMenu(window)
        self._add("Open workspace…", self.choose_workspace, QKeySequence("Ctrl+O"))
        self.menu.addSeparator()
        self._add("Reset layout", reset_layout)
        self._add("Full screen", self.toggle_full_screen, QKeySequence("F11"))
        self.menu.addSeparator()
        self._add("Quit", window.close, QKeySequence(QKeySequence.StandardKey.Quit))
        theme_button = configure(
            rail.add_tool("Theme", "ph.circle-half", "Dark or light (Ctrl+T)"), shortcut="Ctrl+T"
        )
        theme_button.clicked.connect(self.toggle_theme)
        self._menu_button = rail.add_tool("Menu", "ph.list", "Workspace, layout, quit")
        self._menu_button.clicked.connect(self._open)

    @Slot()
    def toggle_theme(self) -> None:
        """Change between dark and light."""
        self._studio.set_theme("light" if current_theme().dark else "dark")

    @Slot()
    def toggle_full_screen(self) -> None:
        """Fill the screen, or go back."""
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)

    @Slot()
    def choose_workspace(self) -> None:
        """Ask for a folder and work there from now on."""
        start = str(self._studio.workspace.root.parent)
        folder = QFileDialog.getExistingDirectory(self._window, "Open workspace", start)
        if folder:
            self._studio.open_workspace(Path(folder))

    def _add(
        self, text: str, slot: Callable[[], object], shortcut: QKeySequence | None = None
    ) -> None:
        action = QAction(text, self._window)
        action.triggered.connect(slot)
        if shortcut is not None:
            action.setShortcut(shortcut)
        self.menu.addAction(action)
        self._window.addAction(action)  # so that the shortcut works while the menu is closed

    @Slot()
    def _open(self) -> None:
        self.menu.popup(self._menu_button.mapToGlobal(QPoint(self._menu_button.width() + 8, 0)))

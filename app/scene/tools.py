"""The few buttons that float over the scene: wrist camera and the way back to the first view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton

from app.scene.camera import Eye
from app.theme.theme import Theme

if TYPE_CHECKING:
    from app.scene.view import SceneView

MARGIN = 16


class SceneTools(QFrame):
    """Sits in the lower left corner of the scene."""

    def __init__(self, theme: Theme, scene: SceneView) -> None:
        super().__init__(scene)
        self.setObjectName("sceneTools")
        self._scene = scene
        self.wrist = self._button("Wrist camera")
        self.wrist.setCheckable(True)
        self.wrist.setChecked(scene.inset)
        self.home = self._button("Put the view back (double-click)")
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 4, 4, 4)
        row.setSpacing(4)
        row.addWidget(self.wrist)
        row.addWidget(self.home)
        self.wrist.toggled.connect(self._show_inset)
        self.home.clicked.connect(self._go_home)
        scene.installEventFilter(self)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of another theme."""
        self.wrist.setIcon(theme.icon("ph.picture-in-picture"))
        self.home.setIcon(theme.icon("ph.house"))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.adjustSize()
            self.move(MARGIN, self._scene.height() - self.height() - MARGIN)
        return super().eventFilter(watched, event)

    def _button(self, tip: str) -> QToolButton:
        made = QToolButton()
        made.setProperty("kind", "quiet")
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setIconSize(QSize(20, 20))
        made.setToolTip(tip)
        return made

    @Slot(bool)
    def _show_inset(self, shown: bool) -> None:
        self._scene.inset = shown

    @Slot()
    def _go_home(self) -> None:
        self._scene.eye = Eye()

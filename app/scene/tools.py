"""The few buttons that float over the scene: wrist camera and the way back to the first view."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QFrame, QWidget

from app.widgets.controls import configure, row, tool

MARGIN = 16


class SceneTools(QFrame):
    """Sits in the lower left corner of the scene, which connects the buttons."""

    def __init__(self, host: QWidget, *, inset: bool) -> None:
        super().__init__(host)
        self.setObjectName("sceneTools")
        self._host = host
        self.wrist = configure(
            tool("ph.picture-in-picture", "Wrist camera"), checkable=True, checked=inset
        )
        self.home = tool("ph.house", "Reset the view (double-click)")
        row(self.wrist, self.home, spacing=4, margins=(4, 4, 4, 4), inside=self)
        host.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.adjustSize()
            self.move(MARGIN, self._host.height() - self.height() - MARGIN)
        return super().eventFilter(watched, event)

"""A frame that floats over another widget and keeps its place when that one changes its size."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QLabel, QWidget

MARGIN = 16
"""Distance from the edges of what it floats over [px]."""


class Floating(QFrame):
    """Sits above `host`, centred, at its top or its foot; `label` wraps when the host is narrow."""

    def __init__(self, host: QWidget, edge: Qt.Edge) -> None:
        super().__init__(host)
        self._host = host
        self._edge = edge
        self.label = QLabel()
        host.installEventFilter(self)

    def place(self) -> None:
        """Take the size of the text and the place on the host."""
        host = self._host
        self.label.setWordWrap(False)
        self.adjustSize()
        if self.width() > host.width() - 2 * MARGIN:
            self.label.setWordWrap(True)
            width = max(1, host.width() - 2 * MARGIN)
            self.resize(width, self.heightForWidth(width))
        top = MARGIN if self._edge == Qt.Edge.TopEdge else host.height() - self.height() - MARGIN
        self.move((host.width() - self.width()) // 2, top)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self.place()
        return super().eventFilter(watched, event)

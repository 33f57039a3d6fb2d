"""The scrolled column of a page's controls."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from app.widgets.controls import configure


class PanelScroll(QScrollArea):
    """Scrolls `panel` up and down, and gives it all the height that its texts need.

    A scroll area asks its widget for the least height of a column as wide as it likes; a text that
    comes to take one line more in this column then pushes the last card together.
    """

    def __init__(self, panel: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        configure(
            self,
            widgetResizable=True,
            horizontalScrollBarPolicy=Qt.ScrollBarPolicy.ScrollBarAlwaysOff,
        )
        self.setWidget(panel)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        done = super().eventFilter(watched, event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
            self._fit()
        return done

    def _fit(self) -> None:
        panel = self.widget()
        layout = panel.layout() if panel is not None else None
        if panel is not None and layout is not None and layout.hasHeightForWidth():
            panel.setMinimumHeight(layout.totalHeightForWidth(panel.width()))

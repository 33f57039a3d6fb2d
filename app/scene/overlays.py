"""What floats over the scene: a notice above, and the few buttons of the view below."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.widgets.controls import Sign, configure, row, tool
from app.widgets.floating import MARGIN, Floating


class Banner(Floating):
    """Floats below the top of its host while it has a text; the mouse goes through it."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, Qt.Edge.TopEdge)
        self.setObjectName("banner")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        sign = Sign("ph.hand-fill", "warning")
        row(sign, self.label, margins=(16, 8, 16, 8), inside=self)
        self.hide()

    def show_text(self, text: str) -> None:
        """Show a text, or hide with an empty one."""
        if text == self.label.text():
            return
        self.label.setText(text)
        self.setVisible(bool(text))
        if text:
            self.place()
            self.raise_()


class SceneTools(Floating):
    """Sits in the lower left corner of the scene, which connects the buttons."""

    def __init__(self, host: QWidget, *, inset: bool) -> None:
        super().__init__(host, Qt.Edge.BottomEdge)
        self.setObjectName("sceneTools")
        self.wrist = configure(
            tool("ph.picture-in-picture", "Wrist camera"), checkable=True, checked=inset
        )
        self.home = tool("ph.house", "Reset the view (double-click)")
        row(self.wrist, self.home, spacing=4, margins=(4, 4, 4, 4), inside=self)

    def place(self) -> None:
        self.adjustSize()
        self.move(MARGIN, self._host.height() - self.height() - MARGIN)

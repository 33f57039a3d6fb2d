"""A short acknowledgement that goes away by itself."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from app.widgets.controls import after, button, row
from app.widgets.floating import Floating

SHOWN = 4000
"""How long a toast stays [ms]."""
SHOWN_WITH_ACTION = 8000
"""How long a toast with an action stays: long enough to read, decide and reach it [ms]."""


class Toast(Floating):
    """Floats above the foot of its host. A new text replaces the present one.

    Only the newest can be acted on: an action that was replaced is still to be had where it
    belongs (the episode list has its own Undo).
    """

    def __init__(self, host: QWidget) -> None:
        super().__init__(host, Qt.Edge.BottomEdge)
        self.setObjectName("toast")
        self.button = button("", self._act, kind="quiet")
        self._row = row(self.label, self.button, inside=self)
        self._action: Callable[[], Any] | None = None
        self._timer = after(SHOWN, self.hide, self)
        self.hide()

    def show_text(
        self, text: str, action: str = "", on_action: Callable[[], Any] | None = None
    ) -> None:
        """Show `text`, and a button for `on_action` if `action` names one."""
        self.label.setText(text)
        self._action = on_action
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self._row.setContentsMargins(16, 8, 8 if action else 16, 8)
        self.show()
        self.place()
        self.raise_()
        self._timer.start(SHOWN_WITH_ACTION if action else SHOWN)

    def _act(self) -> None:
        action, self._action = self._action, None
        self.hide()
        if action is not None:
            action()

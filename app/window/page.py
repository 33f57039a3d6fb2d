"""What the window asks of a page."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.studio import Studio


class Page(QWidget):
    """One of the places of the rail.

    A page is never shown itself: it owns the widgets that the window places, and the wiring
    between them. It sets them in its constructor; the window then becomes their Qt parent.
    """

    shows_scene: bool = False
    """Whether the scene fills the middle; a page that changes it emits `middle_changed`."""
    middle_changed = Signal()
    """Something else is to fill the middle."""

    def __init__(self, studio: Studio) -> None:
        super().__init__()
        self.studio = studio
        self.panel: QWidget = QWidget()
        """Controls, in the dock on the right."""
        self.strip: QWidget | None = None
        """Timeline or curves below the middle; None hides that dock."""
        self.center: QWidget | None = None
        """Fills the middle when `shows_scene` is False."""
        self.shown = False
        """Whether this is the page that is chosen; the window sets it."""

    def activated(self) -> None:
        """The page was chosen; it may start timers and take the arm."""

    def deactivated(self) -> None:
        """Another page was chosen; stop timers, keep what runs for its own sake (training)."""

    def close_down(self) -> None:
        """The window closes: stop every thread of the page and wait for it."""

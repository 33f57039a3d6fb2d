"""The episodes of this sitting, newest first, each with replay and discard at hand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.arm.session import Saved
from app.theme.theme import Theme
from app.widgets.controls import label

SHOWN = 8
"""Rows; all of them are on the Episodes page."""


class SessionList(QWidget):
    """Rows of `Saved`; tells which one a hand wants to see again, relabel or discard."""

    replay_wanted = Signal(object)
    """`Saved` to show again."""
    discard_wanted = Signal(str)
    """Identifier to move to the trash."""
    relabel_wanted = Signal(str, bool)
    """Identifier and its new label."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._episodes: tuple[Saved, ...] = ()
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def show_episodes(self, episodes: Sequence[Saved]) -> None:
        """Show these, oldest first given."""
        self._episodes = tuple(episodes)
        self.setVisible(bool(episodes))
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        newest = list(enumerate(self._episodes, 1))[::-1]
        for number, saved in newest[:SHOWN]:
            self._column.addWidget(self._row(number, saved))
        if len(newest) > SHOWN:
            more = label(f"and {len(newest) - SHOWN} more on the Episodes page", "caption")
            self._column.addWidget(more)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of another theme."""
        self._theme = theme
        self.show_episodes(self._episodes)

    def _row(self, number: int, saved: Saved) -> QWidget:
        made = QFrame()
        line = QHBoxLayout(made)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(4)
        success = saved.info.success
        word, role = {
            True: ("✓ success", "good"),
            False: ("✗ failure", "danger"),
            None: ("– unlabelled", "muted"),
        }[success]
        name = label(f"{number}", "caption")
        name.setFixedWidth(28)
        line.addWidget(name)
        state = label(word, role)
        state.setFixedWidth(104)
        line.addWidget(state)
        line.addWidget(label(f"{saved.quality.duration:.1f} s", "muted"), 1)
        identifier = saved.identifier
        flipped = success is not True
        for icon, tip, slot in (
            ("ph.play", "Show it again", lambda: self.replay_wanted.emit(saved)),
            (
                "ph.check" if flipped else "ph.x",
                "Mark as success" if flipped else "Mark as failure",
                lambda: self.relabel_wanted.emit(identifier, flipped),
            ),
            ("ph.trash", "Discard (can be undone)", lambda: self.discard_wanted.emit(identifier)),
        ):
            line.addWidget(self._tool(icon, tip, slot))
        return made

    def _tool(self, icon: str, tip: str, slot: object) -> QToolButton:
        made = QToolButton()
        made.setProperty("kind", "quiet")
        made.setIcon(self._theme.icon(icon, "muted"))
        made.setIconSize(QSize(18, 18))
        made.setToolTip(tip)
        made.clicked.connect(slot)
        return made

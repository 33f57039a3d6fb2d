"""The episodes of this session, newest first, each with buttons to replay and discard it."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.arm.session import Saved
from app.widgets.controls import column, empty_layout, label, row, tool

SHOWN = 8
"""Rows; all of them are on the Episodes page."""
OUTCOMES: dict[bool | None, tuple[str, str]] = {
    True: ("✓ success", "good"),
    False: ("✗ failure", "danger"),
    None: ("– unlabelled", "muted"),
}
"""Words and colour of each outcome."""


class SessionList(QWidget):
    """Rows of `Saved`, each with buttons to replay, relabel and discard it."""

    replay_wanted = Signal(object)
    """`Saved` to show again."""
    discard_wanted = Signal(list)
    """Identifiers to move to the trash."""
    relabel_wanted = Signal(list, bool)
    """Identifiers and their new label."""

    def __init__(self) -> None:
        super().__init__()
        self._column = column(spacing=0, inside=self)

    def show_episodes(self, episodes: Sequence[Saved]) -> None:
        """Show these, oldest first given."""
        self.setVisible(bool(episodes))
        empty_layout(self._column)
        newest = list(enumerate(episodes, 1))[::-1]
        for number, saved in newest[:SHOWN]:
            self._column.addWidget(self._row(number, saved))
        if len(newest) > SHOWN:
            more = label(f"and {len(newest) - SHOWN} more on the Episodes page", "caption")
            self._column.addWidget(more)

    def _row(self, number: int, saved: Saved) -> QWidget:
        identifiers, flipped = [saved.identifier], saved.info.success is not True
        name, state = label(f"{number}", "caption"), label(*OUTCOMES[saved.info.success])
        name.setFixedWidth(28)
        state.setFixedWidth(104)
        duration = label(f"{saved.quality.duration:.1f} s", "muted")
        buttons: tuple[tuple[str, str, Callable[[], object]], ...] = (
            ("ph.play", "Replay", lambda: self.replay_wanted.emit(saved)),
            (
                "ph.check" if flipped else "ph.x",
                "Mark as success" if flipped else "Mark as failure",
                lambda: self.relabel_wanted.emit(identifiers, flipped),
            ),
            ("ph.trash", "Discard (can be undone)", lambda: self.discard_wanted.emit(identifiers)),
        )
        made = QWidget()
        tools = [tool(sign, tip, slot, role="muted", size=18) for sign, tip, slot in buttons]
        row(name, state, (duration, 1), *tools, spacing=4, inside=made)
        return made

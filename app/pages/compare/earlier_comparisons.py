"""The comparisons that were saved, one line each."""

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app.pages.compare.comparisons import Comparison
from app.widgets.controls import button, column, label, row
from app.widgets.elided import ElidedLabel
from app.widgets.long_list import LongList


class EarlierList(LongList[Comparison]):
    """One line a comparison, newest first; a press shows it again."""

    open_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__("None in this workspace yet.")
        self._buttons: dict[Path, QPushButton] = {}

    def open_button(self, folder: Path) -> QPushButton:
        """The button that shows the comparison in `folder`. Raises `KeyError` without one."""
        return self._buttons[folder]

    def make_row(self, item: Comparison) -> QWidget:
        show = button("Show", lambda: self.open_wanted.emit(item), kind="small")
        show.setEnabled(item.problem is None)
        self._buttons[item.folder] = show
        name = ElidedLabel(item.checkpoint or item.name)
        name.setToolTip(f"{item.checkpoint}\n{item.folder}")
        role = "danger" if item.problem else "caption"
        about = label(_about(item), role, wrap=True, tip=item.problem or "")
        line = QWidget()
        across = row((column(name, about, spacing=0), 1), inside=line)
        across.addWidget(show, 0, Qt.AlignmentFlag.AlignTop)
        return line


def _about(comparison: Comparison) -> str:
    if comparison.problem is not None:
        return "cannot be read"
    episodes = sum(each.episodes for each in comparison.rows)
    state = "" if comparison.complete else " · stopped early"
    when = datetime.fromisoformat(comparison.created).astimezone()
    return f"{comparison.about} · {episodes:,} episodes · {when:%d %b %H:%M}{state}"

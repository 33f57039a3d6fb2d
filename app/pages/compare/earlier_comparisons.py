"""The comparisons that were saved, one line each."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app.pages.compare.comparisons import Comparison
from app.widgets.controls import button, column, label, row
from app.widgets.elided import ElidedLabel
from app.widgets.formats import joined, short_date
from app.widgets.long_list import LongList


class EarlierList(LongList[Comparison]):
    """One line a comparison, newest first; a press shows it again."""

    open_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__("None in this workspace yet.")

    def make_row(self, item: Comparison) -> QWidget:
        show = button("Show", lambda: self.open_wanted.emit(item), kind="small")
        show.setEnabled(item.problem is None)
        name = ElidedLabel(item.checkpoint or item.name)
        name.setToolTip(f"{item.checkpoint}\n{item.folder}")
        role = "danger" if item.problem else "caption"
        about = label(_about(item), role, wrap=True, tip=item.problem or "")
        line = QWidget()
        said = column(name, about, spacing=0)
        row((said, 1), (show, Qt.AlignmentFlag.AlignTop), inside=line)
        return line


def _about(comparison: Comparison) -> str:
    if comparison.problem is not None:
        return "cannot be read"
    episodes = sum(each.episodes for each in comparison.rows)
    state = "" if comparison.complete else "stopped early"
    when = short_date(comparison.created)
    return joined(comparison.about, f"{episodes:,} episodes", when, state)

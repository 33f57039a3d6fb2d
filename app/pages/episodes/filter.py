"""What the episode list shows, and in which order."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from app.pages.episodes.rows import OPERATOR_NAMES, ORDERS, Filter
from app.widgets.controls import after, chooser, configure, grid, offer
from app.widgets.formats import task_title
from core.simulation import TASKS

TYPING = 150
"""Rest after the last letter before the list is filtered [ms]."""


class EpisodeFilter(QWidget):
    """Text, place, task, outcome, operator, tag and order of the list."""

    changed = Signal()
    """Another filter or order is wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = configure(
            QLineEdit(),
            placeholderText="Search name, task, operator, tag",
            clearButtonEnabled=True,
            accessibleName="Search",
        )
        self.place = self._box("Everywhere", ("own", "Workspace"), ("samples", "Samples"))
        self.task = self._box("All tasks", *_bundled())
        self.label = self._box(
            "Any outcome",
            ("success", "Successes"),
            ("failure", "Failures"),
            ("unlabelled", "Unlabelled"),
            ("outlier", "Outliers"),
            ("broken", "Unreadable"),
        )
        self.operator = self._box("Any operator")
        self.tag = self._box("Any tag")
        self.order = chooser(6)
        offer(self.order, [(title, name) for name, (title, _, _) in ORDERS.items()])
        places = (self.place, self.task, self.label, self.operator, self.tag, self.order)
        lines = grid((), places[:3], places[3:], spacing=(8, 8), inside=self)
        lines.addWidget(self.text, 0, 0, 1, 3)
        for box in places:
            box.activated.connect(self.changed)
        self._timer = after(TYPING, self.changed.emit, self)
        self.text.textChanged.connect(lambda: self._timer.start())

    @property
    def value(self) -> Filter:
        """What the list is to show."""
        return Filter(
            place=self.place.currentData(),
            task=self.task.currentData(),
            label=self.label.currentData(),
            operator=self.operator.currentData(),
            tag=self.tag.currentData(),
            text=self.text.text(),
        )

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return self.value != Filter()

    @Slot()
    def clear(self) -> None:
        """Show everything again."""
        for box in (self.place, self.task, self.label, self.operator, self.tag):
            box.setCurrentIndex(0)
        self.text.clear()
        self._timer.stop()
        self.changed.emit()

    def offer(self, tasks: Sequence[str], operators: Sequence[str], tags: Sequence[str]) -> None:
        """Offer what there is, sorted; the choice stays where it can."""
        own = [(name, task_title(name)) for name in tasks if name not in TASKS]
        self._fill(self.task, "All tasks", [*_bundled(), *own])
        names = [(name, OPERATOR_NAMES.get(name, name)) for name in operators]
        self._fill(self.operator, "Any operator", names)
        self._fill(self.tag, "Any tag", [(tag, f"#{tag}") for tag in tags])

    def _box(self, everything: str, *entries: tuple[str, str]) -> QComboBox:
        made = chooser(6, name=everything)
        self._fill(made, everything, entries)
        return made

    def _fill(self, box: QComboBox, everything: str, entries: Sequence[tuple[str, str]]) -> None:
        wanted = [(everything, ""), *((title, data) for data, title in entries)]
        if [(box.itemText(n), box.itemData(n)) for n in range(box.count())] != wanted:
            offer(box, wanted)


def _bundled() -> list[tuple[str, str]]:
    return [(name, task_title(name)) for name in TASKS]

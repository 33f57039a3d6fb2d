"""What the episode list shows, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from app.pages.episodes.rows import OPERATOR_NAMES, ORDERS, Filter
from app.widgets.controls import chooser
from core.simulation import get_task, task_names

TYPING = 150
"""Rest after the last letter before the list is filtered [ms]."""


class EpisodeFilter(QWidget):
    """Text, place, task, outcome, operator, tag and order; tells when the list is to change."""

    changed = Signal()
    """Another filter or order is wanted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = QLineEdit()
        self.text.setPlaceholderText("Search name, task, operator, tag")
        self.text.setClearButtonEnabled(True)
        self.text.setAccessibleName("Search")
        self.place = self._box("Everywhere", ("own", "Workspace"), ("samples", "Samples"))
        tasks = [(name, get_task(name).title) for name in task_names()]
        self.task = self._box("All tasks", *tasks)
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
        for name, (title, _, _) in ORDERS.items():
            self.order.addItem(title, name)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        grid.addWidget(self.text, 0, 0, 1, 3)
        places = (self.place, self.task, self.label, self.operator, self.tag, self.order)
        for number, box in enumerate(places):
            grid.addWidget(box, 1 + number // 3, number % 3)
            box.activated.connect(self.changed)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TYPING)
        self._timer.timeout.connect(self.changed)
        self.text.textChanged.connect(self._typed)

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
        known = task_names()
        self._fill(
            self.task,
            "All tasks",
            [
                *((name, get_task(name).title) for name in known),
                *((name, name) for name in tasks if name not in known),
            ],
        )
        names = [(name, OPERATOR_NAMES.get(name, name)) for name in operators]
        self._fill(self.operator, "Any operator", names)
        self._fill(self.tag, "Any tag", [(tag, f"#{tag}") for tag in tags])

    def _box(self, everything: str, *entries: tuple[str, str]) -> QComboBox:
        made = chooser(6)
        made.setAccessibleName(everything)
        self._fill(made, everything, entries)
        return made

    def _fill(self, box: QComboBox, everything: str, entries: Sequence[tuple[str, str]]) -> None:
        wanted = [("", everything), *entries]
        if [(box.itemData(n), box.itemText(n)) for n in range(box.count())] == wanted:
            return
        before = box.currentData()
        box.clear()
        for data, title in wanted:
            box.addItem(title, data)
        box.setCurrentIndex(max(0, box.findData(before)))

    @Slot()
    def _typed(self) -> None:
        self._timer.start()

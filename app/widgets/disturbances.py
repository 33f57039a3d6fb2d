"""The controls of what disturbs a policy besides noise, generated from the registry."""

import math
from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox

from app.widgets.controls import configure, grid
from app.widgets.section import Section
from core.simulation import DISTURBANCES, Disturbance, Task

TITLE = "Disturbances"


class DisturbanceControls(Section):
    """A number for each disturbance except noise, which has a control of its own."""

    changed = Signal()
    """Something else disturbs, or with another strength."""

    def __init__(self) -> None:
        super().__init__(TITLE)
        self.boxes = {n: _box(each) for n, each in DISTURBANCES.items() if n != "noise"}
        """The number of each disturbance, by its name."""
        rows = [(DISTURBANCES[name].title, box) for name, box in self.boxes.items()]
        self.column.addLayout(grid(*rows, stretch=(1, 0)))
        for box in self.boxes.values():
            box.valueChanged.connect(self._count)
            box.valueChanged.connect(self.changed)

    @property
    def strengths(self) -> dict[str, float]:
        """Strengths of those that are on and that the task can have, by name."""
        boxes = self.boxes.items()
        return {n: round(box.value(), 6) for n, box in boxes if box.isEnabled() and box.value()}

    def fit(self, task: Task) -> None:
        """Offer the disturbances that `task` can have; emits nothing."""
        for name, box in self.boxes.items():
            lacking = DISTURBANCES[name].lacking(task)
            box.setEnabled(lacking is None)
            box.setToolTip(DISTURBANCES[name].sentence if lacking is None else f"The {lacking}.")
        self._count()

    def _count(self) -> None:
        on = len(self.strengths)
        self.button.setText(f"{TITLE}: {on} on" if on else TITLE)


def _box(each: Disturbance) -> QDoubleSpinBox:
    return configure(
        QDoubleSpinBox(),
        decimals=0 if each.whole else 2,
        minimum=0.0,
        maximum=each.largest,
        singleStep=10.0 ** math.floor(math.log10(each.example)),
        suffix=f" {each.unit}",
        specialValueText="off",
        keyboardTracking=False,
        alignment=Qt.AlignmentFlag.AlignRight,
        focusPolicy=Qt.FocusPolicy.StrongFocus,  # the wheel must not change it on the way past
        accessibleName=each.title,
        toolTip=each.sentence,
    )


def words_of(strengths: Mapping[str, float]) -> str:
    """What disturbs besides noise, such as "lost frames 0.5 of all"; empty where nothing does."""
    rest = ((DISTURBANCES[name], value) for name, value in strengths.items() if name != "noise")
    return ", ".join(f"{each.title.lower()} {value:g} {each.unit}" for each, value in rest)

"""The controls of what disturbs a policy besides noise, generated from the registry."""

import math
from collections.abc import Collection, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox

from app.widgets.controls import Section, configure, grid, label
from core.simulation import DISTURBANCES, Disturbance, Task
from core.simulation.disturbances import NO_IMAGES, SENSOR_NOISE

TITLE = "Disturbances"


class DisturbanceControls(Section):
    """A number for each disturbance except those that have a control of their own.

    What a policy without cameras cannot be disturbed by is not shown.
    """

    changed = Signal()
    """Something else disturbs, or with another strength."""

    def __init__(self, elsewhere: Collection[str]) -> None:
        """`elsewhere`: names of those that have a control of their own."""
        super().__init__(TITLE)
        self.boxes = {n: _box(each) for n, each in DISTURBANCES.items() if n not in elsewhere}
        """The number of each disturbance, by its name."""
        self._titles = {name: label(DISTURBANCES[name].title, "muted") for name in self.boxes}
        rows = [(self._titles[name], box) for name, box in self.boxes.items()]
        self.column.addLayout(grid(*rows, stretch=(1, 0)))
        self.note = label(
            f"The {NO_IMAGES}. Disturbances of images and of looks are not offered.",
            "caption",
            wrap=True,
        )
        self.column.addWidget(self.note)
        self.note.hide()
        for box in self.boxes.values():
            box.valueChanged.connect(self._count)
            box.valueChanged.connect(self.changed)

    @property
    def strengths(self) -> dict[str, float]:
        """Strengths of those that are on and that the policy can have, by name."""
        boxes = self.boxes.items()
        return {n: round(box.value(), 6) for n, box in boxes if box.isEnabled() and box.value()}

    def fit(self, task: Task, *, images: bool, elsewhere: Collection[str] = ()) -> None:
        """Offer what a policy for `task` can be disturbed by; emits nothing.

        `images`: whether it senses camera images. `elsewhere`: what has another control now.
        """
        for name, box in self.boxes.items():
            lacking = DISTURBANCES[name].lacking(task, images)
            shown = lacking != NO_IMAGES and name not in elsewhere
            self._titles[name].setVisible(shown)
            box.setVisible(shown)
            box.setEnabled(shown and lacking is None)
            box.setToolTip(DISTURBANCES[name].sentence if lacking is None else f"The {lacking}.")
        self.note.setVisible(not images)
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


def words_of(strengths: Mapping[str, float], besides: str = SENSOR_NOISE) -> str:
    """What disturbs besides a noise, such as "lost frames 0.5 of all"; empty where nothing does."""
    rest = ((DISTURBANCES[name], value) for name, value in strengths.items() if name != besides)
    return ", ".join(f"{each.title.lower()} {value:g} {each.unit}" for each, value in rest)

"""Edits the mapping of a gamepad, at once and with a way back."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QDialog, QScrollArea, QWidget

from app.arm.mapping import PadMapping
from app.arm.operator import Operator
from app.pages.record.pad_view import PadView
from app.widgets.controls import button, column, configure, every, label, row
from app.widgets.settings_form import SettingsForm

REFRESH = 33
"""Time between two looks at the pad [ms]."""


class MappingDialog(QDialog):
    """A form made from `PadMapping`, below a live pad; every valid change applies at once."""

    def __init__(self, operator: Operator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Gamepad mapping")
        self.resize(480, 720)
        self._operator = operator
        before, pad = operator.mapping, operator.gamepads.current
        self.pad_view = PadView()
        self.pad_view.set_mapping(before)
        self.form = SettingsForm(PadMapping(), searchable=False)
        self.form.set_value(before)
        self.problem = label("", "danger", wrap=True)
        scroll = configure(QScrollArea(), widgetResizable=True)
        scroll.setWidget(self.form)
        buttons = row(
            button("Defaults", lambda: self._set(PadMapping()), kind="quiet"),
            1,
            button("Undo changes", lambda: self._set(before)),
            button("Done", self.accept, kind="primary"),
        )
        column(
            label(pad.name if pad is not None else "Gamepad", "title"),
            label("Changes apply at once; press a button to see it light up.", "muted"),
            self.pad_view,
            (scroll, 1),
            self.problem,
            buttons,
            margins=(16, 16, 16, 16),
            inside=self,
        )
        self.form.changed.connect(self._take)
        self.form.problem_changed.connect(self.problem.setText)
        every(REFRESH, lambda: self.pad_view.show_state(operator.gamepads.state), self)

    @Slot(object)
    def _take(self, mapping: PadMapping) -> None:
        self._operator.set_mapping(mapping)
        self.pad_view.set_mapping(mapping)

    def _set(self, mapping: PadMapping) -> None:
        self.form.set_value(mapping)
        self._take(mapping)

"""Edits the mapping of a gamepad, at once and with a way back."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QDialog, QScrollArea, QVBoxLayout, QWidget

from app.arm.mapping import PadMapping
from app.arm.operator import Operator
from app.pages.record.pad_view import PadView
from app.theme.theme import Theme
from app.widgets.controls import button, label, row
from app.widgets.settings_form import SettingsForm

REFRESH = 33
"""Time between two looks at the pad [ms]."""


class MappingDialog(QDialog):
    """A form made from `PadMapping`, below a live pad; every valid change acts at once."""

    def __init__(self, theme: Theme, operator: Operator, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Gamepad mapping")
        self.resize(480, 720)
        self._operator = operator
        self._before = operator.mapping
        pad = operator.gamepads.current
        self.pad_view = PadView(theme)
        self.pad_view.set_mapping(operator.mapping)
        self.form = SettingsForm(PadMapping(), searchable=False)
        self.form.set_value(operator.mapping)
        self.problem = label("", "danger", wrap=True)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.form)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(8)
        column.addWidget(label(pad.name if pad is not None else "Gamepad", "title"))
        column.addWidget(label("Changes act at once; press a button to see it.", "muted"))
        column.addWidget(self.pad_view)
        column.addWidget(scroll, 1)
        column.addWidget(self.problem)
        column.addLayout(
            row(
                button("Defaults", self._defaults, kind="quiet"),
                1,
                button("Undo changes", self._undo),
                button("Done", self.accept, kind="primary"),
            )
        )
        self.form.changed.connect(self._take)
        self.form.problem_changed.connect(self.problem.setText)
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH)
        self._timer.timeout.connect(self._refresh)
        self._timer.start()

    @Slot(object)
    def _take(self, mapping: PadMapping) -> None:
        self._operator.set_mapping(mapping)
        self.pad_view.set_mapping(mapping)

    @Slot()
    def _defaults(self) -> None:
        self._set(PadMapping())

    @Slot()
    def _undo(self) -> None:
        self._set(self._before)

    def _set(self, mapping: PadMapping) -> None:
        self.form.set_value(mapping)
        self._take(mapping)

    @Slot()
    def _refresh(self) -> None:
        self.pad_view.show_state(self._operator.gamepads.state)

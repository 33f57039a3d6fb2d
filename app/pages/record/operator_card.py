"""Sticks, buttons and keys, live, with what each is for and how to change it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from app.arm.gamepad import Pad
from app.arm.mapping import PadMapping
from app.arm.operator import Operator
from app.pages.record.key_map import KeyMap
from app.pages.record.mapping_dialog import MappingDialog
from app.pages.record.pad_view import PadView, pad_hints
from app.theme.theme import Theme
from app.widgets.controls import Card, button, chooser, label, row

REFRESH = 33
"""Time between two looks at the devices [ms]."""


class HandsCard(Card):
    """Shows the gamepad if there is one, else the keyboard, and a switch between the two."""

    def __init__(self, theme: Theme, operator: Operator, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self._theme = theme
        self._operator = operator
        self._chosen_view = ""
        self.heading = label("", "heading")
        self.switch = button("Show keys", self._toggle_view, kind="quiet")
        self.edit = button("Mapping…", self.edit_mapping, kind="quiet")
        self.chooser = chooser()
        self.chooser.setToolTip("The gamepad that drives")
        self.pad_view = PadView(theme)
        self.key_map = KeyMap(theme)
        self.hints = QWidget()
        self._hint_grid = QGridLayout(self.hints)
        self._hint_grid.setContentsMargins(0, 0, 0, 0)
        self._hint_grid.setHorizontalSpacing(8)
        self._hint_grid.setVerticalSpacing(4)
        self.body.addLayout(row(self.heading, 1, self.switch, self.edit, spacing=0))
        for widget in (self.chooser, self.pad_view, self.hints, self.key_map):
            self.body.addWidget(widget)
        operator.pad_changed.connect(self._pads_changed)
        operator.gamepads.plugged.connect(self._pads_changed)
        operator.gamepads.unplugged.connect(self._pads_changed)
        operator.mapping_changed.connect(self._mapping_changed)
        self.chooser.activated.connect(self._choose)
        self._timer = QTimer(self)
        self._timer.setInterval(REFRESH)
        self._timer.timeout.connect(self._refresh)
        self._timer.start()
        self._mapping_changed(operator.mapping)
        self._pads_changed()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._theme = theme
        self.pad_view.set_theme(theme)
        self.key_map.set_theme(theme)

    @Slot()
    def edit_mapping(self) -> None:
        """Open the mapping of the gamepad that drives."""
        dialog = MappingDialog(self._theme, self._operator, self)
        dialog.open()

    @Slot()
    def _pads_changed(self) -> None:
        pads, current = self._operator.gamepads.pads, self._operator.gamepads.current
        self.chooser.clear()
        for pad in pads:
            self.chooser.addItem(pad.name, pad.identifier)
        if current is not None:
            self.chooser.setCurrentIndex(self.chooser.findData(current.identifier))
        self.chooser.setVisible(len(pads) > 1)
        self._chosen_view = "pad" if pads else "keys"
        self._show(current)

    @Slot(int)
    def _choose(self, index: int) -> None:
        self._operator.gamepads.choose(int(self.chooser.itemData(index)))

    @Slot(object)
    def _mapping_changed(self, mapping: PadMapping) -> None:
        self.pad_view.set_mapping(mapping)
        while (item := self._hint_grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()  # it goes only once the event loop comes round to it
                widget.deleteLater()
        for number, (key, title) in enumerate(pad_hints(mapping)):
            line, side = divmod(number, 2)
            self._hint_grid.addWidget(label(key, "key"), line, 2 * side)
            self._hint_grid.addWidget(label(title, "caption"), line, 2 * side + 1)
        self._hint_grid.setColumnStretch(1, 1)
        self._hint_grid.setColumnStretch(3, 1)

    @Slot()
    def _toggle_view(self) -> None:
        self._chosen_view = "keys" if self._chosen_view == "pad" else "pad"
        self._show(self._operator.gamepads.current)

    def _show(self, pad: Pad | None) -> None:
        shows_pad = self._chosen_view == "pad" and pad is not None
        self.heading.setText(pad.name if shows_pad and pad is not None else "Keyboard")
        self.pad_view.setVisible(shows_pad)
        self.hints.setVisible(shows_pad)
        self.key_map.setVisible(not shows_pad)
        self.switch.setVisible(pad is not None)
        self.switch.setText("Show keys" if shows_pad else "Show pad")
        self.edit.setVisible(shows_pad)

    @Slot()
    def _refresh(self) -> None:
        if self.pad_view.isVisible():
            self.pad_view.show_state(self._operator.gamepads.state)
        elif self.key_map.isVisible():
            self.key_map.show_down(self._operator.keyboard.down)

"""Sticks, buttons and keys, live, with what each is for and how to change it."""

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.arm.mapping import PadMapping
from app.arm.operator import Operator
from app.pages.record.key_map import KeyMap
from app.pages.record.mapping_dialog import REFRESH, MappingDialog
from app.pages.record.pad_view import PadView, pad_hints
from app.widgets.controls import (
    Card,
    button,
    chooser,
    empty_layout,
    every,
    grid,
    label,
    offer,
    row,
)


class OperatorCard(Card):
    """Shows the gamepad if there is one, else the keyboard, and a switch between the two."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator
        self._shows_pad = False
        self.heading = label("", "heading")
        self.switch = button("Show keys", lambda: self._show(not self._shows_pad), kind="quiet")
        self.edit = button("Mapping…", self.edit_mapping, kind="quiet")
        self.chooser = chooser(tip="The gamepad that drives")
        self.pad_view = PadView()
        self.key_map = KeyMap()
        self.hints = QWidget()
        self._hint_grid = grid(stretch=(0, 1, 0, 1), inside=self.hints)
        head = row(self.heading, 1, self.switch, self.edit, spacing=0)
        super().__init__("", head, self.chooser, self.pad_view, self.hints, self.key_map)
        operator.pad_changed.connect(self._pads_changed)
        operator.gamepads.plugged.connect(self._pads_changed)
        operator.gamepads.unplugged.connect(self._pads_changed)
        operator.mapping_changed.connect(self._mapping_changed)
        self.chooser.activated.connect(self._choose)
        every(REFRESH, self._refresh, self)
        self._mapping_changed(operator.mapping)
        self._pads_changed()

    @Slot()
    def edit_mapping(self) -> None:
        """Open the mapping of the gamepad that drives."""
        MappingDialog(self._operator, self).open()

    @Slot()
    def _pads_changed(self) -> None:
        pads, current = self._operator.gamepads.pads, self._operator.gamepads.current
        offer(self.chooser, [(pad.name, pad.identifier) for pad in pads])
        if current is not None:
            self.chooser.setCurrentIndex(self.chooser.findData(current.identifier))
        self.chooser.setVisible(len(pads) > 1)
        self._show(bool(pads))

    @Slot(int)
    def _choose(self, index: int) -> None:
        self._operator.gamepads.choose(int(self.chooser.itemData(index)))

    @Slot(object)
    def _mapping_changed(self, mapping: PadMapping) -> None:
        self.pad_view.set_mapping(mapping)
        empty_layout(self._hint_grid)
        for number, (key, title) in enumerate(pad_hints(mapping)):
            line, side = divmod(number, 2)
            self._hint_grid.addWidget(label(key, "key"), line, 2 * side)
            self._hint_grid.addWidget(label(title, "caption"), line, 2 * side + 1)

    def _show(self, shows_pad: bool) -> None:
        pad = self._operator.gamepads.current
        self._shows_pad = shows_pad = shows_pad and pad is not None
        self.heading.setText(pad.name if shows_pad and pad is not None else "Keyboard")
        for part in (self.pad_view, self.hints, self.edit):
            part.setVisible(shows_pad)
        self.key_map.setVisible(not shows_pad)
        self.switch.setVisible(pad is not None)
        self.switch.setText("Show keys" if shows_pad else "Show pad")

    @Slot()
    def _refresh(self) -> None:
        if self.pad_view.isVisible():
            self.pad_view.show_state(self._operator.gamepads.state)
        elif self.key_map.isVisible():
            self.key_map.show_down(self._operator.keyboard.down)

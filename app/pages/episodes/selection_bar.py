"""Chosen episodes, kept under a name: which to train on, which to keep for validation."""

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from app.widgets.controls import button, chooser, column, configure, label, offer, row

SHARE = 10
"""Part of the chosen episodes that is kept for validation at first [%]."""
MOST_SHARE = 50


def parted(identifiers: Sequence[str], share: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Episodes to train on and to validate on: `share` per cent, spread evenly over the list.

    At least one stays to train on.
    """
    count = min(round(len(identifiers) * share / 100), len(identifiers) - 1)
    if count <= 0:
        return tuple(identifiers), ()
    places = {round((number + 0.5) * len(identifiers) / count - 0.5) for number in range(count)}
    held = tuple(name for place, name in enumerate(identifiers) if place in places)
    return tuple(name for place, name in enumerate(identifiers) if place not in places), held


class SelectionBar(QWidget):
    """The saved selections, to be shown, saved or deleted."""

    show_wanted = Signal(str)
    """Choose the episodes of this selection in the list."""
    save_wanted = Signal()
    """Save what is chosen in the list."""
    delete_wanted = Signal(str)
    """Delete this selection."""

    def __init__(self) -> None:
        super().__init__()
        self.box = chooser(name="Saved selections")
        self.box.activated.connect(self._chosen)
        self.save = button(
            "Save…",
            self.save_wanted.emit,
            kind="small",
            tip="Keep the chosen episodes under a name, for the Train page",
        )
        self.forget = button(
            "Delete",
            lambda: self.delete_wanted.emit(str(self.box.currentData())),
            kind="small",
            tip="Delete this selection; the episodes stay",
        )
        row((self.box, 1), self.save, self.forget, inside=self)
        self.show_names(())

    def show_names(self, names: Sequence[str]) -> None:
        """Offer these; the choice stays if it can."""
        first = "Selections" if names else "No selections yet"
        offer(self.box, [(first, ""), *((name, name) for name in names)])
        self.box.setEnabled(bool(names))
        self._offer()

    @Slot(int)
    def _chosen(self, index: int) -> None:
        self._offer()
        if self.box.itemData(index):
            self.show_wanted.emit(str(self.box.itemData(index)))

    def _offer(self) -> None:
        self.forget.setEnabled(bool(self.box.currentData()))


class SaveSelection(QDialog):
    """Asks for a name and for the part that is kept for validation."""

    def __init__(self, count: int, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Save selection")
        self._names = {name.casefold() for name in names}
        self._count = count
        self.name = configure(QLineEdit(), maxLength=60, placeholderText="such as: careful ones")
        self.share = configure(
            QSpinBox(),
            minimum=0,
            maximum=MOST_SHARE,
            suffix=" %",
            value=SHARE if count >= 10 else 0,
        )
        self.note = label("", "caption", wrap=True)
        buttons = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(buttons.Save | buttons.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        form = QFormLayout()
        form.setSpacing(8)
        form.addRow("name", self.name)
        form.addRow("for validation", self.share)
        column(form, self.note, self.buttons, spacing=12, margins=(16, 16, 16, 16), inside=self)
        self.name.textChanged.connect(self._check)
        self.share.valueChanged.connect(self._check)
        self._check()

    @Slot()
    def _check(self) -> None:
        name = self.name.text().strip()
        train, held = parted(tuple(map(str, range(self._count))), self.share.value())
        said = f"{len(train)} to train on, {len(held)} for validation, spread over the list."
        if name.casefold() in self._names:
            said += f" Replaces the selection “{name}”."
        self.note.setText(said)
        self.buttons.button(QDialogButtonBox.StandardButton.Save).setEnabled(bool(name))

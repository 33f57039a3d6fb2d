"""One editor for each type that a configuration field may have.

Every editor has `value()`, `set_value(value)` and the signal `edited`; text that is no value of the
type makes `value()` raise `FieldError`.
"""

import enum
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSizePolicy, QSpinBox, QWidget

from app.widgets.controls import configure, row

NARROWEST = 96
"""Editors shrink to this in a narrow panel [px]."""
LARGEST_INTEGER = 2**31 - 1


class FieldError(ValueError):
    """Text in an editor that is no value of its field; says what would be."""


class FieldEditor(QWidget):
    """Base of the editors: shows one value, and `edited` is emitted when a person changed it."""

    edited = Signal()

    def __init__(self, *parts: QWidget) -> None:
        super().__init__()
        row(*((part, 1) for part in parts), inside=self)

    def value(self) -> Any:
        """The value shown. Raises `FieldError` if what is typed is not one."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show `value` without emitting `edited`."""
        raise NotImplementedError


class SwitchEditor(FieldEditor):
    """A truth value as a tick box."""

    def __init__(self) -> None:
        self.box = QCheckBox()
        super().__init__(self.box)
        self.box.clicked.connect(self.edited)

    def value(self) -> bool:
        return self.box.isChecked()

    def set_value(self, value: Any) -> None:
        self.box.setChecked(bool(value))


class _QuietSpinBox(QSpinBox):
    """A number box that the wheel turns only when it has the focus."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class _QuietComboBox(QComboBox):
    """A choice that scrolling the panel does not change on the way past."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class IntegerEditor(FieldEditor):
    """A whole number; its bounds are checked by the configuration itself."""

    def __init__(self) -> None:
        self.box = _QuietSpinBox()
        super().__init__(self.box)
        configure(
            self.box,
            minimum=-LARGEST_INTEGER,
            maximum=LARGEST_INTEGER,
            focusPolicy=Qt.FocusPolicy.StrongFocus,
            alignment=Qt.AlignmentFlag.AlignRight,
            minimumWidth=NARROWEST,
        )
        self.box.valueChanged.connect(self.edited)

    def value(self) -> int:
        return self.box.value()

    def set_value(self, value: Any) -> None:
        with QSignalBlocker(self.box):
            self.box.setValue(int(value))


class LineEditor(FieldEditor):
    """One line of text, with how it becomes a value and how a value is written.

    Real numbers are text too, since learning rates span powers of ten that arrows cannot.
    """

    def __init__(
        self,
        read: Callable[[str], Any] = str,
        write: Callable[[Any], str] = str,
        side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    ) -> None:
        self.line = configure(QLineEdit(), minimumWidth=NARROWEST, alignment=side)
        super().__init__(self.line)
        self._read, self._write = read, write
        self.line.textEdited.connect(self.edited)

    def value(self) -> Any:
        return self._read(self.line.text())

    def set_value(self, value: Any) -> None:
        self.line.setText(self._write(value))
        self.line.setCursorPosition(0)


class ChoiceEditor(FieldEditor):
    """One of a few named values."""

    def __init__(self, choices: Sequence[Any]) -> None:
        self.box = _QuietComboBox()
        super().__init__(self.box)
        self._choices = tuple(choices)
        for choice in self._choices:
            self.box.addItem(words(choice.name if isinstance(choice, enum.Enum) else str(choice)))
        self.box.setMinimumWidth(NARROWEST)
        self.box.activated.connect(self.edited)

    def value(self) -> Any:
        return self._choices[self.box.currentIndex()]

    def set_value(self, value: Any) -> None:
        self.box.setCurrentIndex(self._choices.index(value))


class OptionalEditor(FieldEditor):
    """A value that may be absent: a tick box that says whether, and the editor of the value."""

    def __init__(self, inner: FieldEditor, starting_value: Any) -> None:
        self.inner = inner
        self.box = QCheckBox()
        super().__init__(self.box, inner)
        self.box.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.box.setToolTip("Ticked: use this value. Not ticked: none.")
        inner.set_value(starting_value)
        self.box.clicked.connect(self._ticked)
        inner.edited.connect(self.edited)

    def value(self) -> Any:
        return self.inner.value() if self.box.isChecked() else None

    def set_value(self, value: Any) -> None:
        self.box.setChecked(value is not None)
        self.inner.setEnabled(value is not None)
        if value is not None:
            self.inner.set_value(value)

    def _ticked(self) -> None:
        self.inner.setEnabled(self.box.isChecked())
        self.edited.emit()


def parse_number(text: str, kind: type) -> Any:
    """`text` as a number of type `kind` (int or float); raises `FieldError` naming the text."""
    text = text.strip().replace("−", "-")
    try:
        return kind(text)
    except ValueError:
        wanted = "a whole number" if kind is int else "a number"
        raise FieldError(f"'{text}' is not {wanted}") from None


def parse_sequence(text: str, kind: type) -> tuple[Any, ...]:
    """Words or numbers separated by commas; raises `FieldError` as `parse_number` does."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    return tuple(part if kind is str else parse_number(part, kind) for part in parts)


def parse_table(text: str) -> dict[str, float]:
    """Numbers by name, separated by commas, such as ``smoothness 0.5, contact 1``."""
    pairs = [part.rpartition(" ") for part in parse_sequence(text, str)]
    return {name.strip(): parse_number(number, float) for name, _, number in pairs}


def _write_number(value: float) -> str:
    return f"{value:g}" if float(value) == int(value) else str(float(value))


def _write_sequence(value: Sequence[Any]) -> str:
    return ", ".join(f"{item}" for item in value)


def _write_table(value: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {number:g}" for name, number in value.items())


def words(name: str) -> str:
    """A field or choice name as words for a label: `learning_rate` becomes `learning rate`."""
    return name.replace("_", " ").strip()


_STARTING_VALUES: dict[type, Any] = {int: 1, float: 1.0, str: "", bool: False}


def make_editor(kind: Any) -> FieldEditor | None:
    """An editor for values of the type `kind`; None if there is no editor for such a type."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return make_editor(arguments[0])
    if origin is typing.Literal:
        return ChoiceEditor(arguments)
    if origin in (typing.Union, types.UnionType):
        kinds = [argument for argument in arguments if argument is not type(None)]
        inner = make_editor(kinds[0]) if len(kinds) == 1 and len(arguments) == 2 else None
        if inner is None:
            return None
        starting = (
            inner.value() if isinstance(inner, ChoiceEditor) else _STARTING_VALUES.get(kinds[0], ())
        )
        return OptionalEditor(inner, starting)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        if arguments[0] not in (int, float, str):
            return None
        return LineEditor(partial(parse_sequence, kind=arguments[0]), _write_sequence)
    if origin is dict and arguments == (str, float):
        return LineEditor(parse_table, _write_table)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return ChoiceEditor(tuple(kind))
    if kind is float:
        return LineEditor(
            partial(parse_number, kind=float), _write_number, Qt.AlignmentFlag.AlignRight
        )
    plain = {bool: SwitchEditor, int: IntegerEditor, str: LineEditor}
    return plain[kind]() if kind in plain else None

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

from PySide6.QtCore import QSignalBlocker, Qt, Signal, SignalInstance
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSizePolicy, QSpinBox, QWidget

from app.widgets.controls import configure, row

NARROWEST = 96
"""Editors shrink to this in a narrow panel [px]."""
LARGEST_INTEGER = 2**31 - 1


class FieldError(ValueError):
    """Text in an editor that is no value of its field; says what would be."""


class FieldEditor(QWidget):
    """Shows one value in one or several widgets; `edited` is emitted when a person changed it."""

    edited = Signal()

    def __init__(
        self,
        *parts: QWidget,
        changed: SignalInstance,
        value: Callable[[], Any],
        set_value: Callable[[Any], object],
    ) -> None:
        """`parts` stand side by side; `changed` is the signal of the first of them."""
        super().__init__()
        self.widget = parts[0]
        """The widget that a person uses first."""
        self.value = value
        """The value shown. Raises `FieldError` if what is typed is not one."""
        self.set_value = set_value
        """Show a value without emitting `edited`."""
        changed.connect(self.edited)
        row(*((part, 1) for part in parts), inside=self)


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


def _switch() -> FieldEditor:
    """A truth value as a tick box."""
    box = QCheckBox()
    return FieldEditor(box, changed=box.clicked, value=box.isChecked, set_value=box.setChecked)


def _integer() -> FieldEditor:
    """A whole number; its bounds are checked by the configuration itself."""
    box = configure(
        _QuietSpinBox(),
        minimum=-LARGEST_INTEGER,
        maximum=LARGEST_INTEGER,
        focusPolicy=Qt.FocusPolicy.StrongFocus,
        alignment=Qt.AlignmentFlag.AlignRight,
        minimumWidth=NARROWEST,
    )

    def show(value: int) -> None:
        with QSignalBlocker(box):
            box.setValue(value)

    return FieldEditor(box, changed=box.valueChanged, value=box.value, set_value=show)


def _line(
    read: Callable[[str], Any] = str,
    write: Callable[[Any], str] = str,
    side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> FieldEditor:
    """One line of text, with how it becomes a value and how a value is written.

    Real numbers are text too, since learning rates span powers of ten that arrows cannot.
    """
    line = configure(QLineEdit(), minimumWidth=NARROWEST, alignment=side)

    def show(value: Any) -> None:
        line.setText(write(value))
        line.setCursorPosition(0)

    return FieldEditor(
        line, changed=line.textEdited, value=lambda: read(line.text()), set_value=show
    )


def _choice(choices: Sequence[Any]) -> FieldEditor:
    """One of a few named values."""
    box = configure(_QuietComboBox(), minimumWidth=NARROWEST)
    for choice in choices:
        box.addItem(words(choice.name if isinstance(choice, enum.Enum) else str(choice)))
    return FieldEditor(
        box,
        changed=box.activated,
        value=lambda: choices[box.currentIndex()],
        set_value=lambda value: box.setCurrentIndex(choices.index(value)),
    )


def _optional(inner: FieldEditor) -> FieldEditor:
    """A value that may be absent: a tick box that says whether, and the editor of the value."""
    box = configure(QCheckBox(), toolTip="Ticked: use this value. Not ticked: none.")
    box.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    box.toggled.connect(inner.setEnabled)
    inner.setEnabled(False)

    def show(value: Any) -> None:
        box.setChecked(value is not None)
        if value is not None:
            inner.set_value(value)

    made = FieldEditor(
        box,
        inner,
        changed=box.clicked,
        value=lambda: inner.value() if box.isChecked() else None,
        set_value=show,
    )
    inner.edited.connect(made.edited)
    return made


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


_STARTING_VALUES: dict[type, Any] = {int: 1, float: 1.0}
"""What an absent number becomes once it is ticked; of anything else what its editor shows."""


def make_editor(kind: Any) -> FieldEditor | None:
    """An editor for values of the type `kind`; None if there is no editor for such a type."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return make_editor(arguments[0])
    if origin is typing.Literal:
        return _choice(arguments)
    if origin in (typing.Union, types.UnionType):
        kinds = [argument for argument in arguments if argument is not type(None)]
        inner = make_editor(kinds[0]) if len(kinds) == 1 and len(arguments) == 2 else None
        if inner is None:
            return None
        if kinds[0] in _STARTING_VALUES:
            inner.set_value(_STARTING_VALUES[kinds[0]])
        return _optional(inner)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        if arguments[0] not in (int, float, str):
            return None
        return _line(partial(parse_sequence, kind=arguments[0]), _write_sequence)
    if origin is dict and arguments == (str, float):
        return _line(parse_table, _write_table)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return _choice(tuple(kind))
    if kind is float:
        return _line(partial(parse_number, kind=float), _write_number, Qt.AlignmentFlag.AlignRight)
    plain = {bool: _switch, int: _integer, str: _line}
    return plain[kind]() if kind in plain else None

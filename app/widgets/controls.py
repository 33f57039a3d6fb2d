"""Small makers of labels, buttons, layouts and cards, so that pages read as what they show."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QSettings, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.theme.theme import icon
from app.widgets.painted import Painted

Part = QWidget | QLayout | int
"""What a row or column is made of; an integer is a stretch of that weight."""
Margins = tuple[int, int, int, int]
W = TypeVar("W", bound=QWidget)
B = TypeVar("B", bound=QAbstractButton)
L = TypeVar("L", bound=QBoxLayout)
PANEL_MARGINS = (16, 16, 20, 16)
"""Around the cards of a panel; four pixels more on the right, for the scroll bar [px]."""


def label(text: str = "", role: str = "", *, wrap: bool = False, tip: str = "") -> QLabel:
    """A label with a role of the style sheet."""
    made = QLabel(text)
    made.setProperty("role", role)
    made.setToolTip(tip)
    made.setWordWrap(wrap)
    if wrap:
        made.setMinimumWidth(1)  # a path is one word, and must not make its panel as wide as it is
    return made


def configure(widget: W, **properties: Any) -> W:
    """The widget with Qt properties set by their names, such as `minimumHeight`.

    Raises `AttributeError` for a property that it does not have.
    """
    for name, value in properties.items():
        if widget.metaObject().indexOfProperty(name) < 0:
            raise AttributeError(f"{type(widget).__name__} has no Qt property {name!r}")
        widget.setProperty(name, value)
    return widget


def chooser(letters: int = 10, *, name: str = "", tip: str = "") -> QComboBox:
    """A box to choose from, with room for `letters`.

    A longer entry is cut in the box and shown whole in its list: it does not widen the panel.
    """
    made = QComboBox()
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(letters)
    made.setAccessibleName(name)
    made.setToolTip(tip)
    return made


def offer(box: QComboBox, entries: Iterable[tuple[str, Any]]) -> None:
    """Offer titles and their data; the choice stays if it is still there, else it is the first."""
    chosen = box.currentData()
    box.clear()
    for title, data in entries:
        box.addItem(title, data)
    box.setCurrentIndex(max(0, box.findData(chosen)))


def set_look(widget: QWidget, name: str, value: str) -> None:
    """Change a property that the style sheet looks at; it does not notice by itself.

    Such as the "tone" of a label: "", "accent", "good", "warning" or "danger"; or the "kind" of a
    button.
    """
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def button(
    text: str,
    on_click: Callable[[], Any] | None = None,
    *,
    kind: str = "",
    tip: str = "",
    sign: str = "",
    shortcut: str = "",
) -> QPushButton:
    """A button, with an icon where `sign` names one."""
    made = QPushButton(text)
    if sign:
        made.setIcon(icon(sign, "on_accent" if kind == "primary" else "text"))
    made.setShortcut(shortcut)
    return _prepared(made, on_click, kind, tip)


def tool(
    sign: str,
    tip: str,
    on_click: Callable[[], Any] | None = None,
    *,
    kind: str = "quiet",
    role: str = "text",
    size: int = 20,
) -> QToolButton:
    """A button that is an icon of `size` [px] in the colour of `role`."""
    made = QToolButton()
    if sign:
        made.setIcon(icon(sign, role))
    made.setIconSize(QSize(size, size))
    return _prepared(made, on_click, kind, tip)


def _prepared(made: B, on_click: Callable[[], Any] | None, kind: str, tip: str) -> B:
    """The button, which a click leaves without the focus, so that keys go on driving the arm."""
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setProperty("kind", kind)
    made.setToolTip(tip)
    if on_click is not None:
        made.clicked.connect(lambda _checked=False: on_click())
    return made


def switch(
    text: str, settings: QSettings, key: str, *, default: bool = True, tip: str = ""
) -> QCheckBox:
    """A box to tick that `settings` remember as `key`."""
    made = QCheckBox(text)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setToolTip(tip)
    made.setChecked(bool(settings.value(key, default, bool)))
    made.toggled.connect(lambda ticked: settings.setValue(key, ticked))
    return made


def row(
    *parts: Part | tuple[Part, int],
    spacing: int = 8,
    margins: Margins = (0, 0, 0, 0),
    inside: QWidget | None = None,
) -> QHBoxLayout:
    """Parts side by side; a pair is a part and its stretch, or a widget and its alignment.

    The layout of `inside`, if given.
    """
    made = QHBoxLayout(inside) if inside is not None else QHBoxLayout()
    return _filled(made, parts, spacing, margins)


def column(
    *parts: Part | tuple[Part, int],
    spacing: int = 8,
    margins: Margins = (0, 0, 0, 0),
    inside: QWidget | None = None,
) -> QVBoxLayout:
    """Parts below one another, as in `row`."""
    made = QVBoxLayout(inside) if inside is not None else QVBoxLayout()
    return _filled(made, parts, spacing, margins)


def grid(
    *rows: Sequence[QWidget | str],
    spacing: tuple[int, int] = (8, 4),
    stretch: Sequence[int] = (),
    inside: QWidget | None = None,
) -> QGridLayout:
    """Rows of widgets, a text standing for a muted label; `stretch` of each column."""
    made = QGridLayout(inside) if inside is not None else QGridLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setHorizontalSpacing(spacing[0])
    made.setVerticalSpacing(spacing[1])
    for place, weight in enumerate(stretch):
        made.setColumnStretch(place, weight)
    for line, parts in enumerate(rows):
        for place, part in enumerate(parts):
            made.addWidget(label(part, "muted") if isinstance(part, str) else part, line, place)
    return made


def _filled(made: L, parts: Iterable[Part | tuple[Part, int]], spacing: int, margins: Margins) -> L:
    made.setContentsMargins(*margins)
    made.setSpacing(spacing)
    for part in parts:
        content, place = part if isinstance(part, tuple) else (part, 0)
        if isinstance(content, int):
            made.addStretch(content)
        elif isinstance(content, QLayout):
            made.addLayout(content, place)
        elif isinstance(place, Qt.AlignmentFlag):
            made.addWidget(content, 0, place)
        else:
            made.addWidget(content, place)
    return made


def empty_layout(layout: QLayout) -> None:
    """Remove and delete the widgets of a layout."""
    while (item := layout.takeAt(0)) is not None:
        widget = item.widget()
        if widget is not None:
            widget.hide()  # it goes only once the event loop comes round to it
            widget.deleteLater()


class Card(QFrame):
    """A group with an optional heading; its parts stand one below the other."""

    def __init__(
        self, heading: str = "", *parts: Part, margins: Margins = (16, 12, 16, 12)
    ) -> None:
        super().__init__()
        self.setProperty("role", "card")
        top = (label(heading, "heading"),) if heading else ()
        column(*top, *parts, margins=margins, inside=self)


class Sign(Painted):
    """An icon next to or above a text."""

    def __init__(self, name: str, role: str = "text", size: int = 20) -> None:
        super().__init__()
        self._icon = icon(name, role)
        self.setFixedSize(size, size)

    def draw(self, painter: QPainter) -> None:
        self._icon.paint(painter, self.rect())


class Section(QWidget):
    """A heading that opens and closes what is below it; closed at first.

    The heading is `button`, which is checked while the content is shown.
    """

    def __init__(self, title: str, *parts: QWidget) -> None:
        super().__init__()
        self.button = tool("ph.caret-right", "", role="muted", size=16)
        self.button.setText(title)
        configure(
            self.button, checkable=True, toolButtonStyle=Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.toggled.connect(self._toggled)
        self._content = QWidget()
        self.column = column(*parts, margins=(0, 4, 0, 8), inside=self._content)
        """Where the content goes."""
        self._content.hide()
        column(self.button, self._content, spacing=0, inside=self)

    def _toggled(self, is_open: bool) -> None:
        self._content.setVisible(is_open)
        self.button.setIcon(icon("ph.caret-down" if is_open else "ph.caret-right", "muted"))


class Empty(QWidget):
    """Why a page or list is empty and what to do next.

    An icon, a heading, a sentence, and if there is one thing to do, its button.
    """

    pressed = Signal()

    def __init__(self, icon: str, heading: str, text: str, action: str = "") -> None:
        super().__init__()
        self._heading = label(heading, "heading")
        self._text = label(text, "muted", wrap=True)
        self._button = button(action, self.pressed.emit, kind="primary")
        centre = Qt.AlignmentFlag.AlignHCenter
        self._heading.setAlignment(centre)
        self._text.setAlignment(centre)
        sign, action_button = (Sign(icon, "faint", 40), centre), (self._button, centre)
        parts = (1, sign, self._heading, self._text, action_button, 2)
        column(*parts, margins=(16, 24, 16, 24), inside=self).insertSpacing(4, 8)
        self._button.setVisible(bool(action))  # not before it has a place: it would be a window

    def say(self, heading: str, text: str, action: str = "") -> None:
        """Change heading, sentence and what the button says; an empty text hides that."""
        self._heading.setText(heading)
        self._text.setText(text)
        self._button.setText(action)
        self._button.setVisible(bool(action))


def panel(*cards: Part) -> QWidget:
    """The widget of a page's right dock, with one part below the other."""
    made = QWidget()
    column(*cards, spacing=16, margins=PANEL_MARGINS, inside=made)
    return made


def every(
    interval: int, function: Callable[[], Any], parent: QObject, *, running: bool = True
) -> QTimer:
    """A timer of `parent` that calls `function` every `interval` [ms]."""
    made = QTimer(parent)
    made.setInterval(interval)
    made.timeout.connect(function)
    if running:
        made.start()
    return made


def after(interval: int, function: Callable[[], Any], parent: QObject) -> QTimer:
    """A timer of `parent`, to be started, that calls `function` once after `interval` [ms]."""
    made = every(interval, function, parent, running=False)
    made.setSingleShot(True)
    return made

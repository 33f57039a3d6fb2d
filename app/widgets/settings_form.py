"""A form made from a configuration dataclass, so that an option is written once.

Labels come from the field names, explanations from the line under each field (the same that
``--help`` prints), and the bounds from the configuration's own validation.
"""

import dataclasses
import typing
from collections.abc import Collection, Iterator
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from app.widgets.controls import column, configure, grid, label, tool
from app.widgets.field_docs import field_docs
from app.widgets.field_editors import FieldEditor, FieldError, make_editor, words
from app.widgets.gradually import Gradually

Path = tuple[str, ...]


class SettingsForm(QWidget):
    """Edits a frozen dataclass, nested ones included, and gives back a new one.

    `changed` carries each valid configuration that was entered. `problem_changed` carries what is
    wrong with the present entries, and an empty text once nothing is. A field that differs from
    the defaults is marked and can be put back alone. Fields of a type without an editor, and the
    `hidden` ones (dotted names), keep the value they came with. A `gradual` form makes its rows
    one in each turn of the event loop: fifty at once would hold the window up.
    """

    changed = Signal(object)
    problem_changed = Signal(str)

    def __init__(
        self,
        defaults: Any,
        *,
        hidden: Collection[str] = (),
        searchable: bool = True,
        gradual: bool = False,
    ) -> None:
        super().__init__()
        self._defaults = defaults
        self._shown = defaults
        self.problem = ""
        """What is wrong with the present entries; empty if nothing is."""
        self._hidden = {tuple(name.split(".")) for name in hidden}
        self.editors: dict[str, FieldEditor] = {}
        self._rows: dict[str, _Row] = {}
        self._headings: list[tuple[Path, QLabel]] = []

        self.search = configure(
            QLineEdit(), placeholderText="Find an option", clearButtonEnabled=True
        )
        self.search.setVisible(searchable)
        self.search.textChanged.connect(self._filter)
        self.problem_label = label("", "danger", wrap=True)
        self.problem_label.hide()
        self._grid = grid(stretch=(0, 1))
        column(self.search, self._grid, self.problem_label, inside=self)
        self._building = Gradually(self._add_rows(defaults, ()), self)
        if not gradual:
            self._building.finish()

    # what the form holds

    def value(self) -> Any:
        """The configuration as entered. Raises `ValueError` (or its subclass) naming the fault."""
        return self._build(self._shown, ())

    def set_value(self, configuration: Any) -> None:
        """Show `configuration`; emits nothing but a problem that is thereby solved."""
        self._shown = configuration
        for name, editor in self.editors.items():
            editor.set_value(_get(configuration, tuple(name.split("."))))
        self._mark_changes()
        self._tell_problem("")

    def set_defaults(self, defaults: Any) -> None:
        """Show `defaults` and mark later changes against them (another preset was chosen)."""
        self._defaults = defaults
        self.set_value(defaults)

    def changes(self) -> dict[str, Any]:
        """Dotted name and value of each field that differs from the defaults."""
        found = {}
        for name, editor in self.editors.items():
            try:
                value = editor.value()
            except FieldError:
                continue
            if value != _get(self._defaults, tuple(name.split("."))):
                found[name] = value
        return found

    # building

    def _add_rows(self, part: Any, path: Path) -> Iterator[None]:
        hints = typing.get_type_hints(type(part), include_extras=True)
        docs = field_docs(type(part))
        nested = []
        for field in dataclasses.fields(part):
            here = (*path, field.name)
            if here in self._hidden or not field.init:
                continue
            value = getattr(part, field.name)
            if dataclasses.is_dataclass(value):
                nested.append((here, value, docs.get(field.name, "")))
                continue
            editor = make_editor(hints[field.name])
            if editor is not None:
                self._add_row(here, editor, docs.get(field.name, ""))
                yield
        for here, value, doc in nested:
            heading = label(words(here[-1]).capitalize(), "heading", tip=doc)
            heading.setContentsMargins(0, 8, 0, 0)
            self._grid.addWidget(heading, self._grid.rowCount(), 0, 1, 3)
            self._headings.append((here, heading))
            yield from self._add_rows(value, here)

    def _add_row(self, path: Path, editor: FieldEditor, doc: str) -> None:
        name = ".".join(path)
        row = _Row(path, editor, doc)
        row.reset_button.clicked.connect(lambda: self._reset(name))
        at = self._grid.rowCount()
        self._grid.addWidget(row.label, at, 0)
        self._grid.addWidget(editor, at, 1)
        self._grid.addWidget(row.reset_button, at, 2)
        editor.set_value(_get(self._shown, path))
        editor.edited.connect(self._edited)
        self.editors[name] = editor
        self._rows[name] = row
        default = _get(self._defaults, path)
        row.show_changed(editor.value() != default, default)

    def _build(self, part: Any, path: Path) -> Any:
        values = {}
        for field in dataclasses.fields(part):
            here = (*path, field.name)
            name = ".".join(here)
            value = getattr(part, field.name)
            if name in self.editors:
                try:
                    values[field.name] = self.editors[name].value()
                except FieldError as error:
                    raise FieldError(f"{words(name)}: {error}") from error
            elif field.init and dataclasses.is_dataclass(value) and here not in self._hidden:
                values[field.name] = self._build(value, here)
        return dataclasses.replace(part, **values)

    # reactions

    def _edited(self) -> None:
        self._mark_changes()
        try:
            configuration = self.value()
        except ValueError as error:
            self._tell_problem(str(error))
            return
        self._tell_problem("")
        self._shown = configuration
        self.changed.emit(configuration)

    def _reset(self, name: str) -> None:
        self.editors[name].set_value(_get(self._defaults, tuple(name.split("."))))
        self._edited()

    def _tell_problem(self, problem: str) -> None:
        if problem == self.problem:
            return
        self.problem = problem
        self.problem_label.setText(problem)
        self.problem_label.setVisible(bool(problem))
        self.problem_changed.emit(problem)

    def _mark_changes(self) -> None:
        changed = self.changes()
        for name, row in self._rows.items():
            row.show_changed(name in changed, _get(self._defaults, row.path))

    def _filter(self, text: str) -> None:
        needle = text.strip().lower()
        for name, row in self._rows.items():
            row.show_matching(needle in words(name).lower() or needle in row.doc.lower())
        for path, heading in self._headings:
            below = (row for row in self._rows.values() if row.path[: len(path)] == path)
            heading.setVisible(any(row.matching for row in below))


class _Row:
    """Label, editor and reset button of one field."""

    def __init__(self, path: Path, editor: FieldEditor, doc: str) -> None:
        self.path = path
        self.doc = doc
        self.editor = editor
        self.matching = True
        self._changed = False
        self.label = label(words(path[-1]), "muted")
        self.label.setBuddy(editor)
        self.reset_button = tool("", "", kind="small")
        self.reset_button.setText("↺")
        policy = self.reset_button.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.reset_button.setSizePolicy(policy)
        for widget in (self.label, editor):
            widget.setToolTip(f"<p>{doc}</p>" if doc else "")
        configure(editor, accessibleName=words(".".join(path)), accessibleDescription=doc)

    def show_changed(self, changed: bool, default: Any) -> None:
        self._changed = changed
        font = self.label.font()
        font.setBold(changed)
        self.label.setFont(font)
        self.reset_button.setVisible(changed and self.matching)
        self.reset_button.setToolTip(f"Back to the preset's value, {default}")

    def show_matching(self, matching: bool) -> None:
        self.matching = matching
        self.label.setVisible(matching)
        self.editor.setVisible(matching)
        self.reset_button.setVisible(matching and self._changed)


def _get(configuration: Any, path: Path) -> Any:
    for name in path:
        configuration = getattr(configuration, name)
    return configuration

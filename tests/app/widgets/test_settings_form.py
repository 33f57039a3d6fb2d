"""A configuration goes through the form and back unchanged; faults are named where they are."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Literal

import pytest
from PySide6.QtWidgets import QLabel

from app.widgets.field_docs import field_docs
from app.widgets.field_editors import FieldEditor, FieldError
from app.widgets.settings_form import SettingsForm


@dataclass(frozen=True)
class Optimizer:
    """How weights follow gradients."""

    learning_rate: float = 3e-4
    """Step size of Adam, > 0."""
    betas: tuple[float, ...] = (0.9, 0.999)
    """Decay of the running means, each in [0, 1)."""

    def __post_init__(self) -> None:
        if not self.learning_rate > 0:
            raise ValueError(f"learning_rate is {self.learning_rate}; it has to be above 0")


@dataclass(frozen=True)
class Settings:
    """Everything a form has to show."""

    steps: int = 4000
    """Number of updates
    of the weights [updates]."""
    residual: bool = True
    """Whether the predictor adds to the present latent."""
    join: Literal["concatenate", "add", "film"] = "concatenate"
    """How state and action meet."""
    widths: tuple[int, ...] = (256, 256)
    """Hidden widths, outermost first."""
    clip: float | None = None
    """Largest gradient norm; none for no clipping."""
    name: str = "first"
    """Name of the run."""
    optimizer: Optimizer = field(default_factory=Optimizer)
    """How weights follow gradients."""
    undocumented: int = 1


@pytest.fixture
def form(qtbot):
    widget = SettingsForm(Settings())
    qtbot.addWidget(widget)
    widget.show()
    return widget


CHANGED = Settings(
    steps=123456789,
    residual=False,
    join="film",
    widths=(64,),
    clip=0.5,
    name="second",
    optimizer=Optimizer(learning_rate=1.25e-5, betas=(0.8, 0.95)),
    undocumented=-3,
)


@pytest.mark.parametrize("settings", [Settings(), CHANGED])
def test_a_configuration_comes_back_as_it_went_in(form, settings):
    form.set_value(settings)
    assert form.value() == settings


def test_every_field_has_an_editor_and_its_words(form):
    assert set(form.editors) == {
        "steps",
        "residual",
        "join",
        "widths",
        "clip",
        "name",
        "undocumented",
        "optimizer.learning_rate",
        "optimizer.betas",
    }
    assert "Number of updates of the weights [updates]." in form.editors["steps"].toolTip()
    assert form.editors["undocumented"].toolTip() == ""
    assert field_docs(Optimizer)["learning_rate"] == "Step size of Adam, > 0."


def test_typing_gives_a_new_configuration(form, qtbot):
    heard = []
    form.changed.connect(heard.append)
    line = form.editors["optimizer.learning_rate"].widget
    line.selectAll()
    qtbot.keyClicks(line, "2e-3")
    assert heard[-1] == dataclasses.replace(Settings(), optimizer=Optimizer(learning_rate=2e-3))
    assert form.value() == heard[-1]


def test_text_that_is_no_number_is_named_and_solved(form, qtbot):
    line = form.editors["widths"].widget
    line.selectAll()
    qtbot.keyClicks(line, "64, lots")
    assert "widths" in form.problem and "'lots' is not a whole number" in form.problem
    assert form.problem_label.isVisible()
    with pytest.raises(FieldError):
        form.value()
    line.selectAll()
    qtbot.keyClicks(line, "64, 32")
    assert form.problem == ""
    assert form.value().widths == (64, 32)


def test_what_the_configuration_refuses_is_shown_in_its_own_words(form, qtbot):
    line = form.editors["optimizer.learning_rate"].widget
    line.selectAll()
    qtbot.keyClicks(line, "-1")
    assert form.problem == "learning_rate is -1.0; it has to be above 0"


def test_a_change_is_marked_and_can_be_put_back_alone(form):
    form.set_value(CHANGED)
    assert form.changes()["steps"] == 123456789
    row = form._rows["steps"]
    assert row.reset_button.isVisible()
    row.reset_button.click()
    assert form.value() == dataclasses.replace(CHANGED, steps=4000)
    assert not row.reset_button.isVisible()


def test_another_preset_becomes_what_changes_are_measured_against(form):
    form.set_defaults(CHANGED)
    assert form.changes() == {}
    assert form.value() == CHANGED


def test_none_is_a_tick_box_beside_the_value(form):
    editor = form.editors["clip"]
    assert editor.value() is None
    (inner,) = editor.findChildren(FieldEditor)
    assert not inner.isEnabled()
    editor.widget.click()
    assert inner.isEnabled()
    assert editor.value() == 1.0
    assert form.value().clip == 1.0


def test_search_finds_options_by_name_and_by_explanation(form):
    form.search.setText("step size")
    visible = [name for name in form.editors if form.editors[name].isVisible()]
    assert visible == ["optimizer.learning_rate"]
    form.search.setText("hidden widths")
    headings = [label for label in form.findChildren(QLabel) if label.text() == "Optimizer"]
    assert not headings[0].isVisible()
    form.search.clear()
    assert all(form.editors[name].isVisible() for name in form.editors)


def test_a_gradual_form_keeps_its_values_from_the_start(qtbot):
    form = SettingsForm(Settings(), gradual=True)
    qtbot.addWidget(form)
    form.set_value(CHANGED)
    assert len(form.editors) == 0
    assert form.value() == CHANGED
    qtbot.waitUntil(lambda: len(form.editors) == 9, timeout=3000)
    assert form.value() == CHANGED
    assert form.changes()["steps"] == CHANGED.steps


def test_hidden_fields_keep_the_value_they_came_with(qtbot):
    form = SettingsForm(CHANGED, hidden=("steps", "optimizer.betas"))
    qtbot.addWidget(form)
    assert "steps" not in form.editors
    assert form.value() == CHANGED

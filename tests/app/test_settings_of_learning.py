"""The settings of learning go through the form; form and command line show the same words."""

from __future__ import annotations

import dataclasses

import pytest
import tyro

from app.widgets.field_docs import field_docs
from app.widgets.settings_form import SettingsForm
from core.learning import PRESETS, Configuration


@pytest.mark.parametrize("name", list(PRESETS))
def test_every_preset_comes_back_as_it_went_in(qtbot, name):
    form = SettingsForm(PRESETS["default"])
    qtbot.addWidget(form)
    form.set_value(PRESETS[name])
    assert form.value() == PRESETS[name]


def test_every_setting_can_be_edited_and_is_explained(qtbot):
    form = SettingsForm(Configuration())
    qtbot.addWidget(form)
    for section in dataclasses.fields(Configuration):
        part = getattr(Configuration(), section.name)
        docs = field_docs(type(part))
        for field in dataclasses.fields(part):
            editor = form.editors[f"{section.name}.{field.name}"]
            assert docs[field.name] in editor.toolTip()


def test_weights_of_other_objectives_are_names_with_numbers(qtbot):
    form = SettingsForm(Configuration())
    qtbot.addWidget(form)
    editor = form.editors["loss.extra"]
    editor.widget.setText("smoothness 0.5, contact 2")
    editor.edited.emit()
    assert form.value().loss.extra == {"smoothness": 0.5, "contact": 2.0}
    editor.set_value(form.value().loss.extra)
    assert editor.widget.text() == "smoothness 0.5, contact 2"
    editor.widget.setText("smoothness")
    editor.edited.emit()
    assert "'smoothness' is not a number" in form.problem


def test_the_command_line_shows_the_same_words(capsys):
    with pytest.raises(SystemExit):
        tyro.cli(Configuration, args=["--help"])
    help_text = " ".join(capsys.readouterr().out.replace("│", " ").split())
    for section in dataclasses.fields(Configuration):
        part = getattr(Configuration(), section.name)
        for doc in field_docs(type(part)).values():
            first_words = " ".join(doc.split()[:4])
            assert first_words in help_text, doc


def test_what_learning_refuses_is_shown_in_its_own_words(qtbot):
    form = SettingsForm(Configuration())
    qtbot.addWidget(form)
    form.editors["target.tau"].widget.setText("1.5")
    form.editors["target.tau"].edited.emit()
    assert "between 0 and 1" in form.problem

"""The choice of what a policy senses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.pages.train.panel import TrainPanel
from app.pages.train.senses_card import CHOICES
from core.learning import get_preset


@pytest.fixture
def panel(qtbot):
    made = TrainPanel()
    qtbot.addWidget(made)
    made.show()
    return made


def press(panel, title):
    next(b for b in panel.senses.buttons.buttons() if b.text() == title).click()


def test_cameras_begin_from_their_preset_and_the_state_from_the_usual_one(panel):
    assert panel.configuration().encoder == get_preset("default").encoder
    assert not panel.senses.of_cameras.isVisible()
    press(panel, "Cameras")
    assert panel.preset == "cameras"
    assert panel.configuration().encoder == get_preset("cameras").encoder
    assert panel.senses.of_cameras.isVisible()
    press(panel, "Cameras and force")
    assert panel.preset == "cameras"
    assert panel.configuration().encoder.senses == ("cameras+force",)
    press(panel, "State")
    assert panel.preset == "default"
    assert panel.configuration().encoder == get_preset("default").encoder


def test_goal_and_size_are_chosen_and_stay_while_senses_change(panel):
    press(panel, "Cameras")
    card = panel.senses
    for box, value in ((card.goal_box, "seen"), (card.size_box, 128)):
        box.setCurrentIndex(box.findData(value))
        box.activated.emit(box.currentIndex())
    assert "marker of the goal" in card.text.text()
    press(panel, "Cameras and force")
    encoder = panel.configuration().encoder
    assert (encoder.goal, encoder.image_size) == ("seen", 128)


def test_a_preset_says_what_it_senses_and_keeps_force(panel):
    press(panel, "Cameras and force")
    panel.preset_box.setCurrentIndex(panel.preset_box.findData("paper"))
    panel.preset_box.activated.emit(panel.preset_box.currentIndex())
    assert panel.configuration().encoder.senses == ("cameras+force",)
    assert panel.configuration().encoder.fusion == "separate"
    panel.preset_box.setCurrentIndex(panel.preset_box.findData("reference"))
    panel.preset_box.activated.emit(panel.preset_box.currentIndex())
    assert panel.senses.senses == ("state",)


def test_fields_named_in_the_form_are_shown_and_used(panel):
    press(panel, "Cameras")
    panel.advanced.button.setChecked(True)
    panel.form._building.finish()
    changed = []
    panel.senses_changed.connect(lambda: changed.append(panel.senses.senses))
    editor = panel.form.editors["encoder.senses"]
    editor.set_value(("wrist_image", "gripper_opening"))
    editor.edited.emit()
    assert changed == [("wrist_image", "gripper_opening")]
    assert panel.configuration().encoder.senses == ("wrist_image", "gripper_opening")
    assert "wrist_image, gripper_opening" in panel.senses.text.text()
    assert not any(each.isChecked() for each in panel.senses.buttons.buttons())
    assert "encoder.image_size" not in panel.form.editors
    press(panel, "Cameras")
    assert editor.value() == ("cameras",)
    assert panel.form.changes() == {}


def test_every_choice_is_reached_by_keyboard_and_explained(panel, qtbot):
    seen = set()
    for each, (title, _) in zip(panel.senses.buttons.buttons(), CHOICES.values(), strict=True):
        assert each.text() == title
        each.setFocus()
        qtbot.keyClick(each, " ")
        assert each.isChecked()
        seen.add(panel.senses.text.text())
    assert len(seen) == len(CHOICES)


def test_what_is_shown_is_no_choice_of_a_person(panel):
    changed = []
    panel.senses.changed.connect(lambda: changed.append(1))
    panel.senses.show_encoder(replace(get_preset("cameras").encoder, image_size=96))
    assert not changed
    assert panel.senses.size_box.currentData() == 96

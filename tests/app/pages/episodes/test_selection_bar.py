"""Parting episodes into those to train on and those for validation."""

from __future__ import annotations

import itertools

import pytest

from app.pages.episodes.selection_bar import SaveSelection, parted


@pytest.mark.parametrize(("count", "share"), [(1, 50), (2, 50), (10, 10), (37, 20), (100, 50)])
def test_every_episode_is_in_one_part_and_one_is_left_to_train_on(count, share):
    names = [f"e{number}" for number in range(count)]
    train, held = parted(names, share)
    assert sorted((*train, *held)) == sorted(names)
    assert train
    assert len(held) == min(round(count * share / 100), count - 1)


def test_what_is_held_out_is_spread_over_the_list():
    _, held = parted([str(number) for number in range(100)], 10)
    places = [int(name) for name in held]
    assert all(8 <= b - a <= 12 for a, b in itertools.pairwise(places))


def test_a_selection_without_a_name_cannot_be_saved_and_replacing_one_is_said(qtbot):
    dialog = SaveSelection(20, ["careful"])
    qtbot.addWidget(dialog)
    save = dialog.buttons.button(dialog.buttons.StandardButton.Save)
    assert not save.isEnabled()
    dialog.name.setText("Careful")
    assert save.isEnabled()
    assert "Replaces" in dialog.note.text()

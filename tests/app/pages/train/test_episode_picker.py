"""Choosing demonstrations: by task, source and result, each episode once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from app.pages.train.episode_picker import SAMPLES, WORKSPACE, Candidate, EpisodePicker
from core.data import EpisodeEntry, EpisodeInfo, Selection


def candidate(name, task="reach", source=WORKSPACE, success=True, problem=None):
    path = Path(f"/{source}/{name}.hdf5")
    if problem:
        return Candidate(source, EpisodeEntry(path, None, problem))
    info = EpisodeInfo(
        identifier=name,
        task=task,
        success=success,
        operator="script",
        control_rate=20.0,
        measured_rate=None,
        seed=0,
        created="2026-01-02T03:04:05+00:00",
        steps=100,
        model_hash="",
        versions={},
        fields=(),
    )
    return Candidate(source, EpisodeEntry(path, info, None))


@pytest.fixture
def picker(qtbot):
    widget = EpisodePicker()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def names(picker):
    return [path.stem for path in picker.selected()]


def test_only_successful_ones_of_the_task_unless_asked(picker):
    picker.show_candidates(
        [
            candidate("a"),
            candidate("b", success=False),
            candidate("c", success=None),
            candidate("d", task="push"),
        ]
    )
    assert picker.task == "reach"
    assert names(picker) == ["a", "c"]
    picker.success_box.click()
    assert names(picker) == ["a", "b", "c"]
    picker.set_task("push")
    assert names(picker) == ["d"]


def test_samples_are_added_and_the_same_episode_counts_once(picker):
    picker.show_candidates(
        [candidate("a", source=SAMPLES), candidate("a"), candidate("b", source=SAMPLES)]
    )
    assert names(picker) == ["a"]
    picker.source_boxes[SAMPLES].click()
    assert [path.parent.name for path in picker.selected()] == [WORKSPACE, SAMPLES]
    assert picker.summary.text() == "2 demonstrations · 200 steps · 10 s"


def test_an_empty_workspace_begins_with_the_samples(picker):
    picker.show_candidates([candidate("a", source=SAMPLES)])
    assert names(picker) == ["a"]
    assert not picker.source_boxes[WORKSPACE].isEnabled()


def test_what_was_left_out_stays_left_out_when_the_list_is_read_again(picker):
    candidates = [candidate("a"), candidate("b")]
    picker.show_candidates(candidates)
    picker.list_section.button.setChecked(True)
    picker.list.topLevelItem(0).setCheckState(0, Qt.CheckState.Unchecked)
    picker.show_candidates([*candidates, candidate("c")])
    assert names(picker) == ["b", "c"]
    assert picker.list.topLevelItem(0).checkState(0) == Qt.CheckState.Unchecked


def test_broken_files_are_counted_and_named(picker):
    picker.show_candidates([candidate("a"), candidate("x", problem="x.hdf5 is cut short")])
    assert "1 file cannot be read" in picker.broken.text()
    assert "cut short" in picker.broken.toolTip()


def test_episodes_are_found_again_by_name(picker):
    picker.show_candidates([candidate("a", source=SAMPLES), candidate("b")])
    found, missing = picker.files_of(["b", "a", "z"])
    assert [path.stem for path in found] == ["b", "a"]
    assert missing == ["z"]


def test_a_thousand_episodes_do_not_hold_the_window_up(picker):
    candidates = [candidate(f"e{number:04d}") for number in range(1000)]
    began = time.thread_time()
    picker.show_candidates(candidates)
    assert time.thread_time() - began < 0.05
    assert len(picker.selected()) == 1000


def test_a_selection_says_what_is_trained_on_and_what_is_kept_for_validation(picker):
    candidates = [candidate(name) for name in "abcd"]
    picker.show_candidates(candidates, [Selection("careful", ("a", "c"), ("d", "gone"))])
    picker.selection_box.setCurrentIndex(picker.selection_box.findData("careful"))
    picker.selection_box.activated.emit(picker.selection_box.currentIndex())
    assert [path.stem for path in picker.selected()] == ["a", "c"]
    assert [path.stem for path in picker.held_out()] == ["d"]
    assert "1 kept for validation" in picker.summary.text()
    picker.show_candidates(candidates, [])  # it was forgotten on the Episodes page
    assert len(picker.selected()) == 4

"""Editing on the Episodes page: cuts, labels, tags and deletions, undone and redone; selections."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from core.data import Selections, read_episode, read_info


@pytest.fixture
def page(open_window, make_episodes, tmp_path, qtbot):
    make_episodes(tmp_path / "workspace" / "episodes", "reach", 4)
    assembled = open_window()
    assembled.window.show_page("Episodes")
    page = assembled.window.pages["Episodes"]
    qtbot.waitUntil(lambda: len(own(page)) == 4, timeout=20000)
    return page


def own(page):
    return [row for row in page.table.rows if not row.sample]


def files(page):
    return sorted((page.studio.workspace.root / "episodes").glob("*.hdf5"))


def bytes_of(page):
    """Contents of the files by name, less those that an edit under way removes while we look."""
    contents = {}
    for path in files(page):
        with suppress(FileNotFoundError):
            contents[path.name] = path.read_bytes()
    return contents


def load(page, qtbot, number=0):
    """Choose an episode and wait until it lies on the timeline."""
    entry = own(page)[number].entry
    page.table.choose(entry.identifier)
    qtbot.waitUntil(lambda: page.timeline.track.range == (0, entry.known.steps), timeout=5000)
    return entry


def test_trimming_keeps_what_is_marked_and_undo_brings_every_byte_back(page, qtbot):
    entry = load(page, qtbot)
    before, whole = bytes_of(page), read_episode(entry.path)
    assert not page.timeline.trim.isEnabled(), "the whole episode is marked"
    page.timeline.track.set_range(5, 20)
    page.timeline.trim.click()
    qtbot.waitUntil(lambda: read_info(entry.path).steps == 15, timeout=5000)
    np.testing.assert_array_equal(read_episode(entry.path).actions, whole.actions[5:20])
    qtbot.waitUntil(lambda: page.timeline.track.range == (0, 15), timeout=5000)
    qtbot.waitUntil(page.controls.undo.isEnabled, timeout=5000)
    qtbot.keyClick(page.controls.window(), Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bytes_of(page) == before, timeout=5000)
    qtbot.waitUntil(page.controls.redo.isEnabled, timeout=5000)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(page.controls.window(), Qt.Key.Key_Z, both)
    qtbot.waitUntil(lambda: read_info(entry.path).steps == 15, timeout=5000)


def test_splitting_makes_two_episodes_and_is_undone_as_one_step(page, qtbot):
    entry = load(page, qtbot)
    before = bytes_of(page)
    page.timeline.scrubbed.emit(10)
    qtbot.waitUntil(page.timeline.split.isEnabled, timeout=5000)
    qtbot.waitUntil(lambda: page.timeline.track.step == 10, timeout=5000)
    page.timeline.split.click()
    qtbot.waitUntil(lambda: len(own(page)) == 5, timeout=5000)
    assert not entry.path.exists()
    page.arm.session.undo()
    qtbot.waitUntil(lambda: bytes_of(page) == before, timeout=5000)
    qtbot.waitUntil(lambda: len(own(page)) == 4, timeout=5000)


def test_several_episodes_are_tagged_relabelled_and_deleted_at_once(page, qtbot):
    names = [row.entry.identifier for row in own(page)][:3]
    assert page.table.choose_many(names) == 3
    page.controls.tag_wanted.emit("careful", True)
    page.controls.bad.click()
    qtbot.waitUntil(
        lambda: (
            sum(
                row.entry.known.tags == ("careful",) and row.entry.known.success is False
                for row in own(page)
            )
            == 3
        ),
        timeout=5000,
    )
    assert [row.entry.identifier for row in page.table.selected] == names, "they stay chosen"
    box = page.controls.filter.tag
    box.setCurrentIndex(box.findData("careful"))
    box.activated.emit(box.currentIndex())
    qtbot.waitUntil(lambda: len(page.table.rows) == 3, timeout=5000)
    page.controls.discard.click()
    qtbot.waitUntil(lambda: len(files(page)) == 1, timeout=5000)
    page.arm.session.undo()
    qtbot.waitUntil(lambda: len(files(page)) == 4, timeout=5000)


def test_what_was_done_can_be_undone_after_a_restart(page, open_window, qtbot):
    before = bytes_of(page)
    page.table.choose(own(page)[0].entry.identifier)
    page.controls.discard.click()
    qtbot.waitUntil(lambda: len(own(page)) == 3, timeout=5000)
    page.controls.window().close()
    window = open_window().window
    again = window.pages["Episodes"]
    qtbot.waitUntil(again.controls.undo.isEnabled, timeout=20000)
    assert "Delete" in again.controls.undo.toolTip()
    again.controls.undo.click()
    qtbot.waitUntil(lambda: bytes_of(again) == before, timeout=5000)


def test_samples_can_be_looked_at_and_not_changed(page, qtbot):
    sample = next(row for row in page.table.rows if row.sample)
    page.table.choose(sample.entry.identifier)
    length = sample.entry.known.steps
    qtbot.waitUntil(lambda: page.timeline.track.range == (0, length), timeout=5000)
    page.timeline.track.set_range(1, 5)
    controls = page.controls
    for button in (controls.good, controls.bad, controls.tags, controls.discard):
        assert not button.isEnabled()
    assert not page.timeline.trim.isEnabled()
    assert not page.timeline.split.isEnabled()


def test_dragging_the_end_of_the_track_marks_what_is_kept(page, qtbot):
    entry = load(page, qtbot)
    track = page.timeline.track
    right = QPoint(round(track._x(entry.known.steps - 1)), track.height() // 2)
    middle = QPoint(round(track._x(entry.known.steps // 2)), track.height() // 2)
    qtbot.mousePress(track, Qt.MouseButton.LeftButton, pos=right)
    qtbot.mouseMove(track, middle)
    track._drag(middle.x())  # a platform without a pointer moves none
    qtbot.mouseRelease(track, Qt.MouseButton.LeftButton, pos=middle)
    assert track.range == (0, entry.known.steps // 2 + 1)


def test_a_selection_is_saved_shown_again_and_offered_for_training(page, qtbot):
    names = [row.entry.identifier for row in own(page)]
    page.save_selection("careful", names, 25)
    selections = Selections(page.studio.workspace)
    qtbot.waitUntil(lambda: selections.names() == ["careful"], timeout=5000)
    kept = selections.load("careful")
    assert len(kept.identifiers) == 3
    assert len(kept.validation) == 1
    box = page.controls.selections.box
    qtbot.waitUntil(lambda: box.findData("careful") > 0, timeout=5000)
    box.setCurrentIndex(box.findData("careful"))
    box.activated.emit(box.currentIndex())
    qtbot.waitUntil(lambda: len(page.table.selected) == 4, timeout=5000)
    window = page.controls.window()
    window.show_page("Train")
    qtbot.waitUntil(lambda: "Train" in window.pages, timeout=60000)
    picker = window.pages["Train"].controls.picker
    qtbot.waitUntil(lambda: picker.selection_box.findData("careful") > 0, timeout=20000)
    picker.set_task("reach")
    picker.selection_box.setCurrentIndex(picker.selection_box.findData("careful"))
    picker.selection_box.activated.emit(picker.selection_box.currentIndex())
    assert {path.stem for path in picker.selected()} == set(kept.identifiers)


def test_pictures_are_drawn_and_kept(page, qtbot):
    row = own(page)[0]
    found = page.thumbnails._images
    qtbot.waitUntil(lambda: row.entry.path in found, timeout=20000)
    image = found[row.entry.path]
    if image.isNull():
        pytest.skip("nothing can be drawn off screen here")
    colours = {image.pixel(x, y) for x in range(0, 96, 4) for y in range(0, 72, 4)}
    assert len(colours) > 8
    assert list((page.studio.workspace.root / ".thumbnails").glob("*.png"))


def test_the_survey_tells_actions_and_places(page, qtbot):
    page.controls.quality_section.button.setChecked(True)
    qtbot.waitUntil(lambda: page.controls.quality.survey is not None, timeout=5000)
    found = page.controls.quality.survey
    shown = [row.entry for row in page.table.rows if row.entry.info is not None]
    assert found.counts.sum(axis=1).tolist() == [sum(row.known.steps for row in shown)] * 7
    assert len(found.starts) == len(shown)

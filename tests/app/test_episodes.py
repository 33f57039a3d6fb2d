"""The Episodes page: the list, the exact replay, scrubbing, relabelling, discarding, undo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.scene.policy_view import policy_fields
from core.data import read_episode, read_info, write_episode
from core.simulation import PolicyCameras, World


@pytest.fixture
def page(open_window, make_episodes, tmp_path, qtbot):
    make_episodes(tmp_path / "workspace" / "episodes", "pick_place", 2)
    make_episodes(tmp_path / "workspace" / "episodes", "reach", 1)
    assembled = open_window()
    assembled.window.show_page("Episodes")
    page = assembled.window.pages["Episodes"]
    qtbot.waitUntil(lambda: len(own(page)) == 3, timeout=20000)
    return page


def own(page):
    return [row for row in page.table.rows if not row.sample]


def choose(page, qtbot, task):
    row = next(r for r in own(page) if r.entry.info.task == task)
    page.table.choose(row.entry.identifier)
    qtbot.waitUntil(
        lambda: page.arm.tick is not None and page.arm.tick.state in ("playing", "paused"),
        timeout=5000,
    )
    return row.entry


def test_a_replay_shows_the_recorded_states_and_the_simulation_agrees(page, qtbot):
    entry = choose(page, qtbot, "reach")
    episode = read_episode(entry.path)
    world = World("reach", 1)
    truth = []
    for state in episode.states:
        world.set_states(state[None])
        truth.append(world.snapshot(0).qpos)
    page.timeline.play_wanted.emit(False)
    qtbot.waitUntil(lambda: page.arm.tick.state == "paused", timeout=3000)
    for step in (0, len(episode) // 2, len(episode) - 1):
        page.timeline.scrubbed.emit(step)
        qtbot.waitUntil(lambda step=step: page.arm.tick.step == step, timeout=3000)
        qtbot.waitUntil(
            lambda step=step: np.array_equal(page.arm.simulation.view.snapshot.qpos, truth[step]),
            timeout=3000,
        )


def test_a_replay_runs_to_the_end_and_begins_anew(page, qtbot):
    entry = choose(page, qtbot, "reach")
    last = entry.info.steps - 1
    page.timeline.scrubbed.emit(last - 3)
    qtbot.waitUntil(lambda: page.arm.tick.step == last - 3, timeout=3000)
    page.timeline.play.click()
    qtbot.waitUntil(lambda: page.arm.tick.step == last, timeout=5000)
    qtbot.waitUntil(lambda: page.arm.tick.state == "paused", timeout=3000)
    page.timeline.play.click()
    qtbot.waitUntil(lambda: page.arm.tick.step < last, timeout=3000)


def test_the_list_is_filtered_by_task(page, qtbot):
    box = page.controls.filter.task
    box.setCurrentIndex(box.findData("reach"))
    box.activated.emit(box.currentIndex())
    qtbot.waitUntil(
        lambda: {row.entry.known.task for row in page.table.rows} == {"reach"}, timeout=5000
    )


def test_relabelling_and_discarding_can_be_taken_back(page, qtbot):
    entry = choose(page, qtbot, "reach")
    content = entry.path.read_bytes()
    page.controls.bad.click()
    qtbot.waitUntil(lambda: read_info(entry.path).success is False, timeout=5000)
    qtbot.waitUntil(lambda: page.controls.undo.isEnabled(), timeout=5000)
    page.controls.undo.click()
    qtbot.waitUntil(lambda: entry.path.read_bytes() == content, timeout=5000)
    page.controls.discard.click()
    qtbot.waitUntil(lambda: len(own(page)) == 2, timeout=5000)
    assert not entry.path.exists()
    page.studio.toast_shown.disconnect()
    page.arm.session.undo()
    qtbot.waitUntil(lambda: len(own(page)) == 3, timeout=5000)
    assert entry.path.read_bytes() == content


def test_a_damaged_file_is_listed_with_its_problem(page, qtbot):
    damaged = page.studio.workspace.root / "episodes" / "half.hdf5"
    damaged.write_bytes(own(page)[0].entry.path.read_bytes()[:5000])
    page.refresh()
    qtbot.waitUntil(lambda: len(own(page)) == 4, timeout=5000)
    page.table.choose("half")
    assert not page.controls.good.isEnabled()
    assert str(damaged) in page.controls.facts.text()


def test_an_empty_workspace_says_what_to_do(studio_window, qtbot):
    window = studio_window.window
    window.show_page("Episodes")
    page = window.pages["Episodes"]
    qtbot.waitUntil(lambda: len(page.table.rows) > 0, timeout=20000)  # the samples
    page.controls.filter.place.setCurrentIndex(page.controls.filter.place.findData("own"))
    page.controls.filter.changed.emit()
    qtbot.waitUntil(
        lambda: page.controls.stack.currentWidget() is page.controls.empty, timeout=5000
    )
    page.controls.empty.pressed.emit()
    qtbot.waitUntil(lambda: len(page.table.rows) > 0, timeout=5000)  # the samples again


def test_the_cameras_beside_the_scene_follow_the_scrubbed_step(page, qtbot):
    entry = choose(page, qtbot, "pick_place")
    episode, frames = read_episode(entry.path), page.cameras.view.frames
    page.timeline.play_wanted.emit(False)
    with PolicyCameras("pick_place", policy_fields()) as cameras:
        drawn = cameras.render(episode.states)
    for step in (len(episode) - 1, 7):
        page.timeline.scrubbed.emit(step)
        qtbot.waitUntil(lambda step=step: shows(frames, drawn, step), timeout=20000)
    assert page.cameras.view.isVisible()
    qtbot.keyClick(page.controls.window(), Qt.Key.Key_C)
    qtbot.waitUntil(lambda: not page.cameras.view.isVisible(), timeout=3000)
    assert not page.studio.settings.value("episodes/cameras", True, bool)


def test_stored_images_are_shown_where_an_episode_has_them(page, qtbot):
    entry = choose(page, qtbot, "reach")
    choose(page, qtbot, "pick_place")
    episode = read_episode(entry.path)
    images = np.random.default_rng(0).integers(0, 256, (len(episode), 16, 24, 3), dtype=np.uint8)
    info = replace(episode.info, images=("workspace_image",))
    filmed = replace(episode, info=info, images={"workspace_image": images})
    entry.path.unlink()
    write_episode(entry.path.parent, filmed)
    page.studio.episodes_changed.emit()
    qtbot.waitUntil(lambda: any(row.entry.info.images for row in own(page)), timeout=20000)
    choose(page, qtbot, "reach")
    page.timeline.play_wanted.emit(False)
    page.timeline.scrubbed.emit(3)
    frames = page.cameras.view.frames
    qtbot.waitUntil(lambda: shows(frames, {"workspace_image": images}, 3), timeout=20000)


def shows(frames, images, step):
    """Whether the images of a control step are shown."""
    if [name for name, _ in frames.images] != list(images):
        return False
    for name, image in frames.images:
        colour = image.pixelColor(9, 12)
        if [colour.red(), colour.green(), colour.blue()] != images[name][step, 12, 9].tolist():
            return False
    return True

"""Driving and recording through the real window, by gamepad and by keyboard."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.arm.messages import OperatorCommand, Take
from app.arm.virtual_pad import VirtualPad
from core.data import EpisodeRecorder, read_episode
from core.simulation import demonstrate


@pytest.fixture
def make_takes():
    """Recordings that have ended and are not saved, as the simulation thread hands them out."""

    def make(task, count):
        takes = []
        for rollout in demonstrate(task, count):
            recorder = EpisodeRecorder()
            recorder.begin(task, rollout.seed, "keyboard")
            for step in range(20):
                observation = {name: rows[step] for name, rows in rollout.observations.items()}
                recorder.append(
                    observation, rollout.actions[step], rollout.rewards[step], rollout.states[step]
                )
            takes.append(Take(recorder, True, None))
        return takes

    return make


def files(assembled):
    return sorted((assembled.studio.workspace.root / "episodes").glob("*.hdf5"))


def state(assembled):
    return assembled.arm.tick.state


def position(assembled):
    return assembled.arm.simulation.view.snapshot.end_effector_position


def test_the_pad_drives_records_and_saves_what_was_executed(studio_window, pad, qtbot):
    arm = studio_window.arm
    ticks = []
    arm.ticked.connect(ticks.append)
    pad.press("a")
    qtbot.waitUntil(lambda: state(studio_window) == "armed", timeout=3000)
    pad.press("a", held=False)
    start = position(studio_window)
    pad.move("right_y", -1.0)  # up
    qtbot.waitUntil(lambda: arm.tick.step >= 12, timeout=5000)
    assert arm.tick.driver == "gamepad"
    pad.centre()
    assert position(studio_window)[2] > start[2] + 0.03
    pad.press("x")  # mark as a failure, which ends the recording
    qtbot.waitUntil(lambda: len(files(studio_window)) == 1, timeout=5000)
    episode = read_episode(files(studio_window)[0])
    executed = [tick.command for tick in ticks if tick.state == "recording"]
    np.testing.assert_array_equal(episode.actions[: len(executed)], executed[: len(episode)])
    assert episode.info.operator == "gamepad"
    assert episode.info.success is False
    assert episode.actions[0, 2] > 0, "a recording begins with the first motion"
    # 20 Hz; a machine that is busy with other tests may hold less, but never more.
    assert 5.0 < episode.info.measured_rate < 21.0


def test_the_arm_holds_still_when_the_pad_is_pulled_out_and_goes_on_with_keys(
    studio_window, pad, qtbot
):
    arm, window = studio_window.arm, studio_window.window
    pad.move("left_x", 1.0)
    qtbot.waitUntil(lambda: arm.tick.driver == "gamepad" and any(arm.tick.command[:6]))
    pad.unplug()
    qtbot.waitUntil(lambda: arm.tick.held != "", timeout=3000)
    still = position(studio_window)
    qtbot.wait(300)
    np.testing.assert_array_equal(position(studio_window), still)
    assert "unplugged" in arm.scene.banner.label.text()
    assert arm.scene.banner.isVisible()
    qtbot.keyPress(window, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: position(studio_window)[2] > still[2] + 0.01, timeout=3000)
    qtbot.keyRelease(window, Qt.Key.Key_E)
    assert not arm.scene.banner.isVisible()


@pytest.mark.usefixtures("pad")
def test_a_pad_may_come_at_any_moment_and_a_second_one_can_be_chosen(studio_window, qtbot):
    gamepads = studio_window.arm.operator.gamepads
    first = gamepads.current
    other = VirtualPad()
    qtbot.waitUntil(lambda: len(gamepads.pads) == 2, timeout=3000)
    assert gamepads.current == first
    gamepads.choose(other.instance_id)
    other.move("left_x", 1.0)
    qtbot.waitUntil(lambda: gamepads.state.axis("left_x") > 0.9, timeout=3000)
    other.unplug()
    qtbot.waitUntil(lambda: gamepads.current == first, timeout=3000)


def test_the_keyboard_records_alike(studio_window, qtbot):
    arm, window = studio_window.arm, studio_window.window
    qtbot.keyClick(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: state(studio_window) == "armed", timeout=3000)
    qtbot.keyPress(window, Qt.Key.Key_Q)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: arm.tick.step >= 12, timeout=5000)
    qtbot.keyRelease(window, Qt.Key.Key_Q)
    qtbot.keyClick(window, Qt.Key.Key_Y)
    qtbot.waitUntil(lambda: len(files(studio_window)) == 1, timeout=5000)
    episode = read_episode(files(studio_window)[0])
    assert episode.info.operator == "keyboard"
    assert episode.info.success is True
    assert episode.actions[5, 2] < 0
    assert episode.actions[-1, 6] == 1.0, "Space closed the gripper"


def test_discarding_leaves_no_file_and_the_last_episode_can_be_brought_back(studio_window, qtbot):
    arm, window = studio_window.arm, studio_window.window
    qtbot.keyClick(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: state(studio_window) == "armed", timeout=3000)
    qtbot.keyPress(window, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: arm.tick.step >= 5, timeout=5000)
    qtbot.keyRelease(window, Qt.Key.Key_E)
    qtbot.keyClick(window, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: state(studio_window) == "free", timeout=3000)
    assert files(studio_window) == []
    qtbot.keyClick(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: state(studio_window) == "armed", timeout=3000)
    qtbot.keyPress(window, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: arm.tick.step >= 5, timeout=5000)
    qtbot.keyRelease(window, Qt.Key.Key_E)
    qtbot.keyClick(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(arm.session.episodes) == 1, timeout=5000)
    qtbot.waitUntil(lambda: state(studio_window) == "free", timeout=3000)
    content = files(studio_window)[0].read_bytes()
    qtbot.keyClick(window, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: arm.session.episodes == (), timeout=5000)
    assert files(studio_window) == []
    studio_window.window.toast.button.click()  # Undo
    qtbot.waitUntil(lambda: len(arm.session.episodes) == 1, timeout=5000)
    assert files(studio_window)[0].read_bytes() == content


def test_closing_in_the_middle_of_a_recording_keeps_it_and_stops_every_thread(studio_window, qtbot):
    arm, window = studio_window.arm, studio_window.window
    qtbot.keyClick(window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: state(studio_window) == "armed", timeout=3000)
    qtbot.keyPress(window, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: arm.tick.step >= 15, timeout=5000)
    window.close()
    assert not arm.simulation.isRunning()
    assert not [t for t in threading.enumerate() if t.name.startswith("studio-background")]
    (path,) = files(studio_window)
    episode = read_episode(path)
    assert episode.info.success is False, "what was not finished is no demonstration"
    assert len(episode) >= 15


def test_a_key_looks_through_the_cameras_and_other_pages_show_the_scene(
    studio_window, settings, qtbot
):
    scene, window = studio_window.arm.scene, studio_window.window
    page = window.pages["Record"]
    qtbot.keyClick(window, Qt.Key.Key_C)
    frames = scene.cameras.frames
    qtbot.waitUntil(lambda: len(frames.images) == 2, timeout=20000)
    assert {image.width() for _, image in frames.images} == {64}
    page.image_size.setCurrentIndex(page.image_size.findData(128))
    page.image_size.activated.emit(page.image_size.currentIndex())
    qtbot.waitUntil(lambda: {image.width() for _, image in frames.images} == {128}, timeout=20000)
    window.show_page("Episodes")
    assert not scene.cameras.isVisible()
    window.show_page("Record")
    assert scene.cameras.isVisible()
    assert settings.value("record/through cameras", False, bool)
    assert int(settings.value("record/image size")) == 128
    qtbot.keyClick(window, Qt.Key.Key_C)
    qtbot.waitUntil(scene.canvas.isVisible, timeout=3000)


def test_the_window_without_focus_holds_the_arm_still(studio_window, qtbot):
    arm = studio_window.arm
    arm.operator.set_focused(False)
    qtbot.waitUntil(lambda: arm.tick.held != "", timeout=3000)
    assert "not active" in arm.scene.banner.label.text()
    arm.operator.set_focused(True)
    qtbot.waitUntil(lambda: arm.tick.held == "", timeout=3000)
    assert not arm.scene.banner.isVisible()


def test_every_task_can_be_chosen(studio_window, qtbot):
    arm, page = studio_window.arm, studio_window.window.pages["Record"]
    for index in range(page.task.count()):
        page.task.setCurrentIndex(index)
        page.task.activated.emit(index)
        name = page.task.itemData(index)
        qtbot.waitUntil(lambda name=name: arm.tick.task == name, timeout=5000)
        qtbot.waitUntil(lambda name=name: arm.simulation.view.task == name, timeout=5000)
    assert studio_window.window.failure_bar.text == ""


def test_a_success_stops_by_itself_and_goes_on_with_a_new_start(studio_window, qtbot):
    """Reach is driven to its goal by a simple hand, through the devices."""
    arm, page = studio_window.arm, studio_window.window.pages["Record"]
    page.task.setCurrentIndex(page.task.findData("reach"))
    page.task.activated.emit(page.task.currentIndex())
    qtbot.waitUntil(lambda: arm.tick.task == "reach", timeout=5000)
    page.toggle_recording()
    qtbot.waitUntil(lambda: state(studio_window) == "armed", timeout=5000)
    first = arm.tick.seed
    arm.operator._timer.stop()  # the hand below speaks instead of the devices

    def steer():
        view = arm.simulation.view
        gap = view.snapshot.mocap_pos[0] - view.snapshot.end_effector_position
        motion = np.clip(gap * 12.0, -1, 1)
        arm.operator.command = OperatorCommand((*motion.tolist(), 0.0, 0.0, 0.0))

    states = []
    arm.ticked.connect(steer)
    arm.ticked.connect(lambda tick: states.append(tick.state))
    qtbot.waitUntil(lambda: len(arm.session.episodes) == 1, timeout=15000)
    saved = arm.session.last
    assert saved.info.success is True
    qtbot.waitUntil(
        lambda: state(studio_window) in ("armed", "recording") and arm.tick.seed != first,
        timeout=5000,
    )
    assert "between" in states, "the page says that a success was kept before the next start"


def test_discarding_between_two_starts_says_what_is_gone_and_gives_it_back(studio_window, qtbot):
    """The button of the pad that drops a bad recording may be pressed just after it was kept."""
    arm, window = studio_window.arm, studio_window.window
    page = window.pages["Record"]
    for expected in (1, 2):
        qtbot.keyClick(window, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: state(studio_window) == "armed", timeout=3000)
        qtbot.keyPress(window, Qt.Key.Key_E)
        qtbot.waitUntil(lambda: arm.tick.step >= 5, timeout=5000)
        qtbot.keyRelease(window, Qt.Key.Key_E)
        qtbot.keyClick(window, Qt.Key.Key_Y)
        qtbot.waitUntil(lambda: state(studio_window) == "free", timeout=3000)
        if expected == 1:
            qtbot.waitUntil(lambda: len(arm.session.episodes) == 1, timeout=5000)
    first = arm.session.episodes[0].identifier
    page.discard()  # of the second, whether or not it has reached the disk
    qtbot.waitUntil(lambda: "trash" in window.toast.label.text(), timeout=5000)
    qtbot.waitUntil(lambda: len(files(studio_window)) == 1, timeout=5000)
    qtbot.waitUntil(lambda: len(arm.session.episodes) == 1, timeout=5000)
    assert arm.session.last.identifier == first
    assert "The last success" in window.toast.label.text()
    assert window.toast.button.text() == "Undo"
    window.toast.button.click()
    qtbot.waitUntil(lambda: len(files(studio_window)) == 2, timeout=5000)


def test_what_is_asked_of_a_recording_that_is_still_being_saved_is_done_to_that_one(
    studio_window, qtbot, make_takes
):
    session = studio_window.arm.session
    first, second = make_takes("reach", 2)
    session.save(first)
    qtbot.waitUntil(lambda: len(session.episodes) == 1, timeout=5000)
    kept = session.last.identifier
    session.save(second)
    assert session.saving
    session.change_last(session.discard)
    qtbot.waitUntil(lambda: not session.saving and len(session.episodes) == 1, timeout=5000)
    qtbot.waitUntil(lambda: len(files(studio_window)) == 1, timeout=5000)
    assert session.last.identifier == kept, "the one before is not touched"


def test_recordings_get_camera_images_while_the_arm_goes_on(studio_window, make_takes, qtbot):
    arm, page = studio_window.arm, studio_window.window.pages["Record"]
    page.images.setChecked(True)
    for take in make_takes("reach", 2):
        arm.session.save(take)
    qtbot.waitUntil(lambda: arm.filming.waiting == 2, timeout=5000)
    assert "drawing images" in studio_window.window.status_bar._labels["images"].text()
    qtbot.waitUntil(lambda: arm.filming.waiting == 0, timeout=120_000)
    for path in files(studio_window):
        episode = read_episode(path)
        assert set(episode.images) == {"workspace_image", "wrist_image"}
        assert episode.images["wrist_image"].shape == (20, 96, 96, 3)
    assert studio_window.window.status_bar._labels["images"].text() == ""


def test_closing_while_images_are_drawn_leaves_no_process_and_whole_recordings(
    studio_window, make_takes, qtbot
):
    arm = studio_window.arm
    studio_window.window.pages["Record"].images.setChecked(True)
    for take in make_takes("reach", 2):
        arm.session.save(take)
    qtbot.waitUntil(lambda: arm.filming.waiting == 2, timeout=5000)
    process = arm.filming._process
    qtbot.waitUntil(lambda: process.processId() != 0, timeout=5000)
    studio_window.window.close()
    assert process.state() == process.ProcessState.NotRunning
    for path in files(studio_window):
        assert len(read_episode(path)) == 20

"""The Deploy page: a policy drives, mode and noise change meanwhile, a person takes over."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt

from app.arm.messages import TrialResult
from core.data import read_episode
from core.policies import MODES, ObservationError
from core.simulation import DISTURBANCES, Condition, image_field
from core.simulation.disturbances.disturbance import SeenDisturbance


@pytest.fixture
def page(open_window, checkpoint, tmp_path, qtbot):
    shutil.copytree(checkpoint, tmp_path / "workspace" / "checkpoints" / "reach-1")
    assembled = open_window()
    assembled.window.show_page("Deploy")
    qtbot.waitUntil(lambda: "Deploy" in assembled.window.pages, timeout=60000)
    page = assembled.window.pages["Deploy"]
    qtbot.waitUntil(page.go.isEnabled, timeout=30000)
    return page


def drives(page, mode):
    return page.arm.tick.activity == "deploy" and page.arm.tick.driver == mode


def test_every_mode_moves_the_arm_and_changes_while_it_runs(page, qtbot):
    page.toggle()
    for number, mode in enumerate(MODES):
        page.modes.button(number).click()
        qtbot.waitUntil(lambda mode=mode: drives(page, mode), timeout=5000)
        start = page.arm.simulation.view.snapshot.end_effector_position
        qtbot.waitUntil(
            lambda start=start: (
                np.abs(page.arm.simulation.view.snapshot.end_effector_position - start).max()
                > 0.002
            ),
            timeout=5000,
        )
        qtbot.waitUntil(lambda: page.arm.tick.latency is not None, timeout=3000)
        qtbot.waitUntil(
            lambda: getattr(page.arm.simulation.view.explanation, "text", "") != "", timeout=3000
        )
    qtbot.waitUntil(lambda: page.explanation.text() == page.arm.tick.text != "", timeout=3000)
    page.toggle()
    qtbot.waitUntil(lambda: page.arm.tick.driver == "", timeout=3000)


def test_a_mode_that_the_checkpoint_lacks_is_not_offered_and_says_why(page, qtbot, tmp_path):
    folder = tmp_path / "workspace" / "checkpoints" / "passive"
    shutil.copytree(tmp_path / "workspace" / "checkpoints" / "reach-1", folder)
    description = folder / "checkpoint.json"
    content = json.loads(description.read_text())
    content["configuration"]["loss"]["prediction"] = 0.0
    description.write_text(json.dumps(content))
    planning = page.modes.button(MODES.names.index("plan"))
    planning.click()
    page.load(folder)
    qtbot.waitUntil(lambda: page._loaded.folder == folder, timeout=30000)
    assert not planning.isEnabled() and not planning.isChecked()
    assert "without the latent prediction loss" in planning.toolTip()
    assert (
        "Latent planning is not offered. The checkpoint was trained without"
        in page.mode_text.text()
    )
    assert page._mode == MODES.names[0]


def test_the_observer_is_switched_while_the_policy_drives(page, qtbot):
    policy = page._loaded.policies[page._mode]
    assert page.observer.isEnabled() and page.observer.isChecked()
    page.toggle()
    qtbot.waitUntil(lambda: drives(page, page._mode), timeout=5000)
    assert policy.observing
    page.observer.click()
    qtbot.waitUntil(lambda: not policy.observing, timeout=3000)
    qtbot.waitUntil(lambda: drives(page, page._mode), timeout=3000)
    page.observer.click()
    qtbot.waitUntil(lambda: policy.observing, timeout=3000)
    page.toggle()


def test_noise_is_one_number_for_the_whole_studio_and_reaches_the_senses(page):
    page.noise.number.setValue(0.5)
    assert page.studio.noise == 0.5
    assert page.arm.simulation.condition.noise == 0.5
    page.studio.set_noise(0.25)
    assert page.noise.value == 0.25
    assert "0.25" in page.go.window().status_bar._labels["noise"].text()


def test_a_person_takes_over_and_hands_back_and_the_trial_is_kept(page, qtbot):
    window = page.go.window()
    results = []
    page.arm.simulation.trial_over.connect(results.append)
    page.limit.setValue(2)
    page.toggle()
    qtbot.waitUntil(lambda: drives(page, "bc"), timeout=5000)
    qtbot.keyPress(window, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: drives(page, "keyboard"), timeout=3000)
    qtbot.keyRelease(window, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: drives(page, "bc"), timeout=3000)
    qtbot.waitUntil(lambda: bool(results), timeout=5000)
    page.toggle()
    assert results[0].intervened and not results[0].counted
    folder = page.studio.workspace.root / "episodes"
    qtbot.waitUntil(lambda: len(list(folder.glob("*.hdf5"))) >= 1, timeout=5000)
    episode = read_episode(sorted(folder.glob("*.hdf5"))[0])
    assert episode.info.operator == "bc"
    assert 0 < episode.interventions.sum() < len(episode)
    assert (episode.actions[episode.interventions, 2] >= 0).all()


def test_trials_are_counted_by_mode_and_noise(page, qtbot):
    page.studio.set_noise(0.3)
    page.limit.setValue(1)
    page.toggle()
    qtbot.waitUntil(lambda: ("bc", Condition(noise=0.3)) in page.tally.counts, timeout=8000)
    page.toggle()
    assert page.tally.counts["bc", Condition(noise=0.3)][1] >= 1


def test_a_trial_with_another_noise_in_its_middle_does_not_count(page, qtbot):
    results: list[TrialResult] = []
    page.arm.simulation.trial_over.connect(results.append)
    page.limit.setValue(1)
    page.toggle()
    qtbot.waitUntil(lambda: page.arm.tick.step > 3, timeout=5000)
    page.studio.set_noise(0.7)
    qtbot.waitUntil(lambda: bool(results), timeout=5000)
    page.toggle()
    assert not results[0].counted


def test_every_disturbance_that_the_task_can_have_is_switched_in_the_window(page, qtbot):
    page.studio.set_noise(0.1)
    boxes = page.disturbances.boxes
    assert set(boxes) == set(DISTURBANCES) - {"noise", "pixel_noise"}
    assert not boxes["displace_object"].isEnabled()  # reach has no object
    assert "no object to displace" in boxes["displace_object"].toolTip()
    expected = {"noise": 0.1}
    for name, box in boxes.items():
        if box.isEnabled():
            box.setValue(DISTURBANCES[name].example)
            expected[name] = DISTURBANCES[name].example
    assert page.arm.simulation.condition == Condition(**expected)
    page.limit.setValue(1)
    page.toggle()
    qtbot.waitUntil(lambda: ("bc", Condition(**expected)) in page.tally.counts, timeout=8000)
    page.studio.set_noise(0.0)
    assert page.arm.simulation.condition.noise == 0.0
    assert page.arm.simulation.condition.dropout == 0.5
    page.toggle()
    for box in boxes.values():
        box.setValue(0)
    assert page.arm.simulation.condition == Condition()


def test_a_policy_without_cameras_is_offered_nothing_that_only_they_show(page):
    controls = page.disturbances
    controls.button.click()
    seen = {n for n, each in DISTURBANCES.items() if isinstance(each, SeenDisturbance)}
    offered = {name for name, box in controls.boxes.items() if box.isVisibleTo(page.panel)}
    assert offered == set(controls.boxes) - seen
    assert "senses no camera images" in controls.note.text()
    assert controls.note.isVisibleTo(page.panel)
    assert not page.image_noise.isVisibleTo(page.panel)
    page.studio.set_image_noise(0.3)
    controls.boxes["blur"].setValue(1.0)  # what another policy left there
    assert page.arm.simulation.condition == Condition()
    page.studio.set_image_noise(0.0)


def test_a_camera_policy_has_two_noises_and_the_scene_changes_while_it_drives(page, qtbot):
    """The policy here ignores its images; what disturbs them is drawn and counted all the same."""
    page._use(replace(page._loaded, images=(image_field("workspace", 32),)))
    assert page.image_noise.isVisibleTo(page.panel)
    assert not page.disturbances.note.isVisibleTo(page.disturbances)
    page.image_noise.number.setValue(0.2)
    assert page.studio.image_noise == 0.2
    page.studio.set_noise(0.1)
    assert page.arm.simulation.condition == Condition(noise=0.1, pixel_noise=0.2)
    labels = page.go.window().status_bar._labels
    assert "0.20" in labels["image noise"].text()
    page.toggle()
    qtbot.waitUntil(lambda: drives(page, page._mode), timeout=10000)
    assert page.arm.simulation.view.appearance is None
    page.disturbances.boxes["light_direction"].setValue(60)
    page.disturbances.boxes["distractors"].setValue(5)
    qtbot.waitUntil(lambda: page.arm.simulation.view.appearance is not None, timeout=3000)
    assert len(page.arm.simulation.view.appearance.things) == 5
    qtbot.waitUntil(lambda: drives(page, page._mode), timeout=3000)
    page.toggle()
    page.studio.set_noise(0.0)
    page.studio.set_image_noise(0.0)


def test_a_broken_checkpoint_is_refused_in_words(page, qtbot):
    folder = page.studio.workspace.root / "checkpoints" / "reach-1"
    (folder / "weights.safetensors").write_bytes(b"not weights")
    page.load(folder)
    bar = page.go.window().failure_bar
    qtbot.waitUntil(lambda: "reach-1" in bar.text, timeout=10000)


def test_without_a_checkpoint_the_page_says_where_to_get_one(open_window, qtbot):
    assembled = open_window()
    window = assembled.window
    window.show_page("Deploy")
    qtbot.waitUntil(lambda: "Deploy" in window.pages, timeout=60000)
    page = window.pages["Deploy"]
    qtbot.waitUntil(lambda: page.empty.isVisible() and not page.content.isVisible(), timeout=5000)
    assert not page.go.isEnabled()


@pytest.fixture
def seeing(page, camera_checkpoint, qtbot):
    """The page with a policy that senses two cameras."""
    page.load(camera_checkpoint)
    qtbot.waitUntil(lambda: page._loaded.folder == camera_checkpoint, timeout=60000)
    return page


def test_a_policy_without_cameras_shows_no_images(page):
    page.toggle()
    assert page.policy_images.card.isHidden()
    assert not page.policy_images.view.isVisible()


def test_what_a_policy_sees_stands_beside_the_scene_with_its_noise(seeing, qtbot):
    view, shown = seeing.policy_images.view, seeing.policy_images
    assert view.isVisible() and not view.frames.images
    seeing.toggle()
    qtbot.waitUntil(lambda: len(view.frames.images) == 2, timeout=20000)
    seeing.studio.set_image_noise(0.5)
    qtbot.waitUntil(lambda: graininess(view.frames.images[0][1]) > 60, timeout=5000)
    sensed = seeing.arm.tick.sensed
    assert sensed["wrist_image"].shape == (16, 16, 3)
    assert not any(values.flags.writeable for values in sensed.values())
    window = seeing.go.window()
    qtbot.keyClick(window, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: not view.isVisible(), timeout=3000)
    qtbot.keyClick(window, Qt.Key.Key_C)
    qtbot.waitUntil(view.isVisible, timeout=3000)
    window.show_page("Record")
    assert not view.isVisible()
    assert not shown.images.isHidden()


def graininess(image):
    """Mean difference between neighbouring pixels of an image, in grey levels."""
    rows, columns = range(image.height()), range(image.width())
    grey = np.array([[image.pixelColor(x, y).red() for x in columns] for y in rows], float)
    return np.abs(np.diff(grey, axis=1)).mean()


def test_where_it_looks_lies_over_its_images_at_least_twice_a_second(seeing, qtbot):
    shown = seeing.policy_images
    looked = []
    shown._thread.made.connect(looked.append)
    seeing.toggle()
    qtbot.keyClick(seeing.go.window(), Qt.Key.Key_L)
    qtbot.waitUntil(lambda: len(looked) >= 3, timeout=20000)
    frames = shown.view.frames
    assert set(frames.overlays) == {"workspace_image", "wrist_image"}
    assert not looked[-1].problem
    count = len(looked)
    qtbot.wait(3000)
    assert len(looked) - count >= 6
    shown.look.setChecked(False)
    assert not frames.overlays
    assert not shown.explained.isVisible()


def test_where_it_looks_says_why_it_cannot_be_shown(seeing, qtbot, monkeypatch):
    def fail(_):
        raise ObservationError("the observation holds NaN or infinity")

    monkeypatch.setattr(seeing._loaded.saliency, "maps", fail)
    seeing.policy_images.look.setChecked(True)
    seeing.toggle()
    qtbot.waitUntil(lambda: "NaN or infinity" in seeing.policy_images.note.text(), timeout=20000)


def test_a_camera_policy_s_belief_holds_what_it_never_senses(seeing, qtbot):
    seeing.toggle()
    qtbot.waitUntil(lambda: seeing.arm.simulation.view.explanation is not None, timeout=20000)
    believed = seeing.arm.simulation.view.explanation.observation
    assert {"end_effector_position", "goal_position", "joint_positions"} <= set(believed)

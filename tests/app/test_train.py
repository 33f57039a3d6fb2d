"""The Train page: real trainings, small ones, from choosing episodes to the checkpoint."""

from __future__ import annotations

import dataclasses
import json
import shutil
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter

from app.pages.train.page import TrainPage
from app.studio import Studio
from app.theme.theme import LIGHT
from app.window.styles import Styles
from core.data import Selections, read_episode, write_episode
from core.learning import (
    Configuration,
    Report,
    load_checkpoint,
    measure_collapse,
)

SMALL = Configuration.from_dict(
    {
        "encoder": {"latent": 16, "hidden": [24]},
        "predictor": {"hidden": [24]},
        "belief": {"size": 16},
        "head": {"chunk": 4, "hidden": [24]},
        "training": {"steps": 40, "head_steps": 40, "window": 12, "batch": 4},
    }
)


def with_steps(steps, **training):
    return dataclasses.replace(
        SMALL,
        training=dataclasses.replace(SMALL.training, steps=steps, head_steps=steps, **training),
    )


ENDLESS = with_steps(1_000_000)


@pytest.fixture(scope="module")
def recordings(make_episodes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("recordings") / "episodes"
    make_episodes(folder, "reach", 5, 500)
    make_episodes(folder, "push", 1, 500)
    return folder


@pytest.fixture
def open_page(qtbot, tmp_path, settings, recordings):
    """Opens the page on a workspace with recordings; everything is closed at the end."""
    before = set(threading.enumerate())
    studios = []

    def make():
        workspace = tmp_path / "workspace"
        if not workspace.exists():
            shutil.copytree(recordings, workspace / "episodes")
        studio = Studio(workspace, settings)
        page = TrainPage(studio)
        page.toasts, page.failures, page.saved = [], [], []
        studio.toast_shown.connect(lambda *toast: page.toasts.append(toast))
        studio.failure_shown.connect(lambda *failure: page.failures.append(failure[0]))
        studio.checkpoint_saved.connect(page.saved.append)
        window = QSplitter()
        window.addWidget(page.center)
        window.addWidget(page.panel)
        window.resize(1200, 800)
        qtbot.addWidget(window)
        qtbot.addWidget(page)
        window.show()
        page.window_for_test = window
        studios.append((studio, page))
        qtbot.waitUntil(lambda: not studio.background_work.busy, timeout=60_000)
        page.controls.picker.set_task("reach")
        return page

    yield make
    for studio, page in studios:
        page.close_down()
        studio.close_down()
    left = [t for t in threading.enumerate() if t not in before and not t.name.startswith("Dummy")]
    assert not left, f"threads left behind: {left}"


@pytest.fixture
def page(open_page):
    return open_page()


def test_train_waits_for_the_list_of_recordings(qtbot, tmp_path, settings):
    studio = Studio(tmp_path / "workspace", settings)
    page = TrainPage(studio)
    qtbot.addWidget(page)
    assert not page.controls.train_button.isEnabled()
    page.close_down()
    studio.close_down()


def start(page, configuration, name="run"):
    controls = page.controls
    controls.advanced.button.setChecked(True)
    controls.form.set_value(configuration)
    controls.steps_box.setValue(configuration.training.steps)
    controls.seed_box.setValue(configuration.training.seed)
    page.controls.name_line.setText(name)
    page.controls.train_button.click()


def step(page):
    x = page.plots.losses.points("total")[0] if "total" in page.plots.losses.names else []
    return int(x[-1]) if len(x) else 0


def wait_idle(page, qtbot, timeout=60_000):
    qtbot.waitUntil(lambda: page.state == "idle", timeout=timeout)
    qtbot.waitUntil(lambda: not page.studio.background_work.busy, timeout=timeout)


def checkpoints(page):
    folder = page.studio.workspace.root / "checkpoints"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_training_is_plotted_from_first_to_last_step_and_leaves_a_policy(page, qtbot):
    began = time.monotonic()
    start(page, SMALL)
    qtbot.waitUntil(lambda: step(page) > 0, timeout=20_000)
    assert time.monotonic() - began < 10  # 0.3 s when the machine is free
    wait_idle(page, qtbot)
    x, total = page.plots.losses.points("total")
    assert x[0] == 1 and x[-1] == 40
    assert np.isfinite(total).all()
    assert {"total", "prediction", "action", "inverse_dynamics"} <= set(page.plots.losses.names)
    for name in ("learning_rate", "tau", "steps_per_second", "effective_rank"):
        assert page.plots.measures[name].points(name)[0][-1] == 40
    assert len(page.plots.latent_map.points) > 10
    assert "now" in page.plots.spectrum.names
    folder = page.studio.workspace.root / "checkpoints" / "run"
    assert page.saved == [folder]
    checkpoint = load_checkpoint(folder)
    assert checkpoint.spec.task == "reach" and checkpoint.provenance["step"] == 40
    assert len(checkpoint.provenance["recordings"]) == 5
    assert any("ready" in text and action == "Deploy" for text, action, _ in page.toasts)
    assert "Finished" in page.plots.header.state.text()
    assert folder in page.controls.runs.paths
    curves = json.loads((folder / "curves.json").read_text())["curves"]
    assert curves["loss.total"]["steps"][-1] == 40


def test_pause_holds_the_training_and_cancel_keeps_nothing(page, qtbot):
    start(page, ENDLESS)
    qtbot.waitUntil(lambda: step(page) > 3, timeout=20_000)
    page.controls.pause_button.click()
    assert page.state == "paused"
    qtbot.wait(400)
    held = step(page)
    qtbot.wait(400)
    assert step(page) == held
    page.controls.pause_button.click()
    qtbot.waitUntil(lambda: step(page) > held, timeout=20_000)
    page.controls.cancel_button.click()
    wait_idle(page, qtbot)
    assert checkpoints(page) == []
    assert page.saved == []


def test_what_a_selection_holds_out_is_validated_on_and_not_trained_on(page, qtbot):
    names = [path.stem for path in page.controls.picker.selected()]
    Selections(page.studio.workspace).save("careful", names[:3], names[3:])
    page.listing.reload()
    box = page.controls.picker.selection_box
    qtbot.waitUntil(lambda: box.findData("careful") > 0, timeout=20_000)
    box.setCurrentIndex(box.findData("careful"))
    box.activated.emit(box.currentIndex())
    start(page, SMALL)
    wait_idle(page, qtbot)
    assert {"held-out action", "held-out gripper"} <= set(page.plots.losses.names)
    x, y = page.plots.losses.points("held-out action")
    assert x[0] == 1 and x[-1] == 40
    assert y[-1] < y[0]
    provenance = load_checkpoint(page.saved[0]).provenance
    assert [Path(name).stem for name in provenance["recordings"]] == names[:3]
    assert [Path(name).stem for name in provenance["held_out"]] == names[3:]


def test_what_is_stopped_and_kept_goes_on_later_where_it_was(page, qtbot):
    start(page, with_steps(60))
    qtbot.waitUntil(lambda: step(page) > 3, timeout=20_000)
    page.controls.stop_button.click()
    wait_idle(page, qtbot)
    folder = page.studio.workspace.root / "checkpoints" / "run"
    stopped = load_checkpoint(folder).provenance["step"]
    assert 3 < stopped < 60
    before = page.plots.losses.points("total")
    page.controls.runs.row(folder).resume_button.click()
    wait_idle(page, qtbot)
    x, y = page.plots.losses.points("total")
    assert x[-1] == 60
    assert np.all(np.diff(x) > 0)
    assert np.allclose(y[: len(before[1])], before[1], rtol=1e-4)
    assert load_checkpoint(folder).provenance["step"] == 60
    assert checkpoints(page) == ["run"]


def test_numbers_that_run_away_stop_the_training_with_a_reason(page, qtbot):
    wild = dataclasses.replace(
        ENDLESS,
        optimiser=dataclasses.replace(
            SMALL.optimiser, learning_rate=1e18, warm_up=0.0, gradient_clip=0.0
        ),
    )
    start(page, wild)
    wait_idle(page, qtbot)
    assert any("diverged" in text and "learning rate" in text for text in page.failures)
    assert "Diverged" in page.plots.header.state.text()
    for name in checkpoints(page):  # whatever is kept can be used
        load_checkpoint(page.studio.workspace.root / "checkpoints" / name)


def test_a_window_that_closes_keeps_what_was_learned(page, qtbot):
    start(page, ENDLESS)
    qtbot.waitUntil(lambda: step(page) > 3, timeout=20_000)
    page.controls.pause_button.click()
    page.close_down()
    checkpoint = load_checkpoint(page.studio.workspace.root / "checkpoints" / "run")
    assert checkpoint.provenance["step"] >= 4


def test_a_disk_that_refuses_loses_nothing(page, qtbot):
    folder = page.studio.workspace.root / "checkpoints"
    start(page, ENDLESS)
    qtbot.waitUntil(lambda: step(page) > 3, timeout=20_000)
    folder.rmdir()
    folder.write_text("a file where the folder was")
    page.controls.stop_button.click()
    qtbot.waitUntil(lambda: not page.plots.save_notice.isHidden(), timeout=20_000)
    assert "not on disk" in page.plots.save_notice.label.text()
    folder.unlink()
    page.plots.save_notice.button.click()
    wait_idle(page, qtbot)
    assert load_checkpoint(folder / "run").provenance["step"] >= 4


def test_earlier_runs_are_laid_behind_and_go_to_the_trash_and_back(page, qtbot):
    start(page, SMALL, "first")
    wait_idle(page, qtbot)
    folder = page.studio.workspace.root / "checkpoints" / "first"
    page.controls.runs.row(folder).tick.click()
    qtbot.waitUntil(lambda: page.plots.losses.overlays == (str(folder),), timeout=5000)
    start(page, SMALL, "second")
    wait_idle(page, qtbot)
    assert page.plots.losses.overlays == (str(folder),)
    page.controls.runs.row(folder).remove_button.click()
    qtbot.waitUntil(lambda: folder not in page.controls.runs.paths, timeout=5000)
    assert checkpoints(page) == ["second"]
    assert page.plots.losses.overlays == ()
    _, action, undo = page.toasts[-1]
    assert action == "Undo"
    undo()
    qtbot.waitUntil(lambda: folder in page.controls.runs.paths, timeout=5000)
    load_checkpoint(folder)


def test_a_run_whose_recordings_are_gone_says_which(page, qtbot):
    start(page, with_steps(5000))
    qtbot.waitUntil(lambda: step(page) > 0, timeout=20_000)
    page.controls.stop_button.click()
    wait_idle(page, qtbot)
    gone = page.controls.picker.selected()[0]
    gone.unlink()
    page.listing.reload()
    qtbot.waitUntil(lambda: not page.studio.background_work.busy, timeout=5000)
    folder = page.studio.workspace.root / "checkpoints" / "run"
    page.controls.runs.row(folder).resume_button.click()
    assert page.state == "idle"
    assert any("no longer there" in text and gone.stem in text for text in page.failures)


def test_one_demonstration_is_too_few_and_the_page_says_so(page):
    page.controls.picker.set_task("push")
    assert not page.controls.train_button.isEnabled()
    assert "at least 2" in page.controls.train_button.toolTip()
    page.train()
    assert page.state == "idle"


def test_names_that_cannot_be_folders_are_refused(page):
    for name in ("../out", "a/b", ".hidden", "x."):
        page.controls.name_line.setText(name)
        page.train()
        assert page.state == "idle"
        assert name in page.controls.problem.text()


def test_a_broken_recording_is_counted_and_left_out(open_page, tmp_path, recordings, qtbot):
    folder = tmp_path / "workspace" / "episodes"
    shutil.copytree(recordings, folder)
    some = sorted(folder.glob("*.hdf5"))[0]
    (folder / "broken.hdf5").write_bytes(some.read_bytes()[:2000])
    page = open_page()
    picker = page.controls.picker
    assert "1 file cannot be read" in picker.broken.text()
    assert len(picker.selected()) == 5
    start(page, SMALL)
    wait_idle(page, qtbot)
    assert checkpoints(page) == ["run"]


def test_a_recording_that_breaks_after_it_was_listed_is_told(page, qtbot):
    broken = page.controls.picker.selected()[1]
    broken.write_bytes(broken.read_bytes()[:3000])
    start(page, SMALL)
    wait_idle(page, qtbot)
    assert any(broken.name in text for text in page.failures)
    assert "Failed" in page.plots.header.state.text()
    assert checkpoints(page) == []


def test_an_empty_workspace_says_what_to_do(open_page, tmp_path):
    (tmp_path / "workspace").mkdir()
    page = open_page()
    if not page.controls.picker.task:
        assert "Record" in page.controls.picker.summary.text()
        assert not page.controls.train_button.isEnabled()
    assert page.plots.currentWidget() is page.plots.empty


def test_episodes_are_chosen_one_by_one(page):
    picker = page.controls.picker
    picker.list_section.button.setChecked(True)
    picker.list.topLevelItem(0).setCheckState(0, Qt.CheckState.Unchecked)
    assert len(picker.selected()) == 4
    assert picker.summary.text().startswith("4 demonstrations")


def test_a_latent_that_collapses_raises_the_alarm_and_can_be_closed(page):
    page.plots.begin()
    page.window_for_test.show()
    progress = torch.linspace(0, 1, 50)
    for latents in (torch.zeros(50, 8), torch.randn(50, 8)):
        measures = measure_collapse(latents, progress)
        page.plots.show_report(
            Report(1, 10, "joint", {"total": 1.0}, 1e-3, 0.99, 5.0, 2.0, measures)
        )
        if latents.any():
            assert page.plots.collapse_notice.isHidden()
        else:
            assert not page.plots.collapse_notice.isHidden()
            assert "tau" in page.plots.collapse_notice.label.text()


def test_another_theme_reaches_every_plot(page):
    styles = Styles()
    styles.add(page.plots)
    page.studio.set_theme("light")
    styles.ensure(page.plots)
    for plot in (*page.plots.plots, page.plots.latent_map):
        assert plot.view.backgroundBrush().color() == LIGHT.color("plot_background")
    page.studio.set_theme("dark")


def test_a_frozen_training_says_its_phase_and_what_is_missing_when_stopped_early(page, qtbot):
    frozen = with_steps(1_000_000, protocol="frozen")
    start(page, frozen)
    qtbot.waitUntil(lambda: step(page) > 1, timeout=20_000)
    assert "representation" in page.plots.header.state.text()
    page.controls.stop_button.click()
    wait_idle(page, qtbot)
    assert any("before the policy head" in text for text, *_ in page.toasts)


def test_the_task_that_was_driven_last_is_offered(page, qtbot):
    def listed():
        page.activated()
        qtbot.waitUntil(lambda: not page.studio.background_work.busy, timeout=60_000)
        return page.controls.picker.task

    page.studio.driven_task = "stack"  # of which nothing is recorded
    assert listed() == "reach"
    page.studio.driven_task = "push"
    assert listed() == "push"
    assert "push-default" in page.controls.name_line.placeholderText()
    page.controls.picker.set_task("reach")
    assert listed() == "reach"  # what was chosen here stays


def press(page, title):
    next(b for b in page.controls.senses.buttons.buttons() if b.text() == title).click()


@pytest.fixture
def seeing(page):
    """The page with cameras chosen, and a small training of them."""
    press(page, "Cameras")
    page.controls.steps_box.setValue(6)
    page.controls.advanced.button.setChecked(True)
    page.controls.form._building.finish()
    editor = page.controls.form.editors["training.batch"]
    editor.set_value(4)
    editor.edited.emit()
    return page


def test_a_training_of_cameras_draws_images_first_and_shows_what_it_is_given(seeing, qtbot):
    page, needs = seeing, seeing.controls.needs
    qtbot.waitUntil(lambda: "Images of 5 recordings are drawn first" in needs.text(), timeout=5000)
    said = []
    show = page.plots.header.say
    page.plots.header.say = lambda *texts: (said.append(texts[0]), show(*texts))
    page.controls.name_line.setText("seeing")
    page.controls.train_button.click()
    wait_idle(page, qtbot, 120_000)
    assert "Drawing images" in said
    assert not page.failures
    assert page.plots.images.isVisible()
    assert len(page.plots.images.strip.windows[0]) == 2
    latent_map = page.plots.latent_map
    assert len(latent_map._pictures["wrist_image"]) == len(latent_map.points)
    latent_map.choose(3)
    assert latent_map.picture.isVisible()
    spec = load_checkpoint(page.saved[0]).spec
    assert {"workspace_image", "wrist_image"} <= set(spec.senses)
    qtbot.waitUntil(lambda: not needs.isVisible(), timeout=5000)
    start(page, SMALL, "of-the-state")
    wait_idle(page, qtbot)
    assert page.plots.images.isHidden()
    latent_map.choose(3)
    assert not latent_map.picture.isVisible()


def test_drawing_images_can_be_cancelled(seeing, qtbot):
    page = seeing
    page.controls.train_button.click()
    qtbot.waitUntil(lambda: "Drawing images" in page.plots.header.state.text(), timeout=30_000)
    page.controls.cancel_button.click()
    wait_idle(page, qtbot)
    assert checkpoints(page) == []
    assert "Cancelled" in page.plots.header.state.text()


def test_recordings_without_forces_are_left_out_and_that_is_said(page, qtbot):
    first = page.controls.picker.selected()[0]
    episode = read_episode(first)
    kept = {n: v for n, v in episode.observations.items() if not n.startswith("wrist_")}
    info = dataclasses.replace(episode.info, fields=tuple(kept))
    first.unlink()
    write_episode(first.parent, dataclasses.replace(episode, info=info, observations=kept))
    page.listing.reload()
    qtbot.waitUntil(lambda: not page.listing.reading, timeout=20_000)
    press(page, "Cameras and force")
    needs = page.controls.needs
    qtbot.waitUntil(lambda: "1 recording without forces is left out" in needs.text(), timeout=5000)
    qtbot.waitUntil(lambda: "Images of 4 recordings" in needs.text(), timeout=5000)
    press(page, "State")
    qtbot.waitUntil(lambda: not needs.text(), timeout=5000)

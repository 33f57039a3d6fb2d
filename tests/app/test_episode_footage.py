"""Imported episodes on the Episodes page: their images in place of the scene, and their signals."""

from __future__ import annotations

import json

import h5py
import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

from core.data import read_episode
from core.data.vetted.hdf5_file import VettedFile
from core.exchange import import_episodes
from core.exchange.robomimic import RobomimicSource

STEPS, RATE = 40, 25
CAMERAS = {"agentview_image": (20, 24), "wrist": (60, 40)}


def write_robomimic(path, cameras, task="Stack", actions=5):
    """A file as robomimic's tools write it, with fields that the bundled arm has not."""
    chance = np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        environment = {"env_name": task, "type": 1, "env_kwargs": {"control_freq": RATE}}
        data.attrs["env_args"] = json.dumps(environment)
        demonstration = data.create_group("demo_0")
        demonstration.attrs["num_samples"] = STEPS
        demonstration["actions"] = chance.uniform(-1, 1, (STEPS, actions))
        demonstration["rewards"] = np.zeros(STEPS)
        demonstration["dones"] = np.zeros(STEPS, int)
        demonstration["obs/robot0_joint_pos"] = chance.normal(size=(STEPS, 9))
        demonstration["obs/tactile"] = chance.normal(size=(STEPS, 30))
        for name, (height, width) in cameras.items():
            shape = (STEPS, height, width, 3)
            demonstration[f"obs/{name}"] = chance.integers(0, 256, shape, dtype=np.uint8)


@pytest.fixture
def page(open_window, tmp_path, qtbot):
    """The page with a filmed episode, and a blind one of a task whose name is a bundled one's."""
    for name, cameras, task in (("filmed", CAMERAS, "Stack"), ("blind", {}, "push")):
        write_robomimic(tmp_path / f"{name}.hdf5", cameras, task)
        with VettedFile(tmp_path / f"{name}.hdf5", recording=False) as file:
            list(import_episodes(RobomimicSource(file), tmp_path / "workspace"))
    assembled = open_window()
    assembled.window.show_page("Episodes")
    page = assembled.window.pages["Episodes"]
    page.failures = []
    assembled.studio.failure_shown.connect(lambda text, _: page.failures.append(text))
    qtbot.waitUntil(lambda: len(own(page)) == 2, timeout=20000)
    yield page
    assert not page.failures


def own(page):
    return [row for row in page.table.rows if not row.sample]


def choose(page, qtbot, name):
    entry = next(row.entry for row in own(page) if row.entry.identifier.startswith(name))
    page.table.choose(entry.identifier)
    qtbot.waitUntil(lambda: page.timeline.track.range == (0, STEPS), timeout=5000)
    return entry


def said(view):
    """The sentence in place of images; empty while there are images."""
    shown = view.currentWidget()
    texts = [part.text() for part in shown.findChildren(QLabel)]
    return "" if shown is view.frames else " ".join(texts)


def middle(page):
    return page.controls.window().center.currentWidget()


def pixel(image, x, y):
    colour = image.pixelColor(x, y)
    return [colour.red(), colour.green(), colour.blue()]


def test_images_play_in_place_of_the_scene_and_follow_the_timeline(page, qtbot):
    entry = choose(page, qtbot, "filmed")
    view = page.footage.view
    assert middle(page) is view
    qtbot.waitUntil(lambda: page.timeline.track.step > 3, timeout=5000)  # it plays by itself
    recorded = read_episode(entry.path).images
    for step in (STEPS - 1, 7):
        page.timeline.track._go(step)  # a hand scrubs
        qtbot.waitUntil(
            lambda step=step: (
                [pixel(image, 3, 5) for _, image in view.frames.images]
                == [recorded[name][step, 5, 3].tolist() for name in recorded]
            ),
            timeout=5000,
        )
        assert page.timeline.track.step == step
        assert not page.footage.playback.playing
    assert {name for name, _ in view.frames.images} == set(CAMERAS)
    assert view.currentWidget() is view.frames
    assert not view.frames.grab().isNull()
    page.timeline.play.click()
    qtbot.waitUntil(lambda: page.timeline.track.step == STEPS - 1, timeout=5000)
    qtbot.waitUntil(lambda: not page.footage.playback.playing, timeout=3000)


def test_without_images_a_sentence_says_why_and_the_signals_can_be_scrubbed(page, qtbot):
    choose(page, qtbot, "blind")
    assert middle(page) is page.footage.view
    assert "another robot" in said(page.footage.view)
    assert "scrubbed" in said(page.footage.view)
    page.timeline.track._go(20)
    qtbot.wait(200)  # ticks of the arm that rests do not move the head
    assert page.timeline.track.step == 20
    assert [lane.title for lane in page.timeline.track.lanes] == [
        "actions",
        "robot0_joint_pos",
        "tactile",
    ]


def test_the_scene_comes_back_for_what_it_can_show(page, qtbot):
    choose(page, qtbot, "filmed")
    sample = next(row.entry for row in page.table.rows if row.sample)
    page.table.choose(sample.identifier)
    qtbot.waitUntil(lambda: page.arm.tick.state in ("playing", "paused"), timeout=5000)
    assert middle(page) is page.arm.scene
    assert not page.footage.playback.playing
    choose(page, qtbot, "filmed")
    qtbot.waitUntil(lambda: page.arm.tick.state == "empty", timeout=5000)
    window = page.controls.window()
    window.show_page("Record")
    assert middle(page) is page.arm.scene
    assert not page.footage.playback.playing, "nothing plays that nobody sees"
    window.show_page("Episodes")
    assert middle(page) is page.footage.view


def test_images_that_cannot_be_read_any_more_are_said(page, qtbot, monkeypatch):
    monkeypatch.setattr("app.pages.episodes.footage.IDLE", 0.05)
    entry = choose(page, qtbot, "filmed")
    page.timeline.track._go(5)
    qtbot.waitUntil(lambda: bool(page.footage.view.frames.images), timeout=5000)
    qtbot.wait(300)  # the file is let go
    entry.path.unlink()
    page.timeline.track._go(9)
    qtbot.waitUntil(lambda: "does not exist" in said(page.footage.view), timeout=5000)
    page.timeline.track._go(12)
    assert page.timeline.track.step == 12


def test_the_list_shows_an_image_of_what_was_filmed(page, qtbot):
    found = page.thumbnails._images
    paths = {row.entry.identifier.split("-")[0]: row.entry.path for row in own(page)}
    qtbot.waitUntil(lambda: set(paths.values()) <= set(found), timeout=20000)
    assert not found[paths["filmed"]].isNull()
    assert found[paths["blind"]].isNull()


def test_an_imported_episode_is_cut_with_its_images(page, qtbot):
    entry = choose(page, qtbot, "filmed")
    page.timeline.track.set_range(10, 30)
    page.timeline.trim.click()
    qtbot.waitUntil(lambda: page.timeline.track.range == (0, 20), timeout=5000)
    recorded = read_episode(entry.path).images["agentview_image"]
    page.timeline.track._go(5)
    frames = page.footage.view.frames
    qtbot.waitUntil(
        lambda: (
            bool(frames.images) and pixel(frames.images[0][1], 0, 0) == recorded[5, 0, 0].tolist()
        ),
        timeout=5000,
    )

"""Footage: the newest wish is read, what cannot be read says why, and time passes as recorded."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage

from app.pages.episodes.footage import Footage, Playback
from core.data import episode_from_arrays, write_episode

STEPS = 40


@pytest.fixture
def filmed(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (STEPS, 12, 16, 3), dtype=np.uint8)
    episode = episode_from_arrays(
        "stack",
        None,
        "unknown",
        observations={"position": np.zeros((STEPS, 2))},
        actions=np.zeros((STEPS, 3)),
        rewards=np.zeros(STEPS),
        states=np.zeros((STEPS, 0)),
        success=None,
        control_rate=50.0,
        model_hash="none",
    )
    info = replace(episode.info, images=("front",))
    return write_episode(tmp_path, replace(episode, info=info, images={"front": images})), images


@pytest.fixture
def footage():
    made = Footage()
    yield made
    made.close_down()


def pixels_of(image):
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


def test_the_images_of_a_step_are_read(filmed, footage, qtbot):
    path, images = filmed
    for step in (0, 17, STEPS - 1):
        with qtbot.waitSignal(footage.read, timeout=5000) as told:
            footage.ask(((path, STEPS), step))
        (found,) = told.args
        assert (found.key, found.problem) == (((path, STEPS), step), "")
        ((name, image),) = found.images
        assert name == "front"
        np.testing.assert_array_equal(pixels_of(image), images[step])


def test_what_was_asked_last_is_read_and_nothing_piles_up(filmed, footage, qtbot):
    path, _ = filmed
    read = []
    footage.read.connect(lambda found: read.append(found.key[1]))
    for step in range(STEPS):
        footage.ask(((path, STEPS), step))
    qtbot.waitUntil(lambda: bool(read) and read[-1] == STEPS - 1, timeout=5000)
    assert read == sorted(read)
    assert len(read) < STEPS


def test_a_file_that_is_gone_is_a_sentence_and_the_next_is_read(filmed, footage, qtbot, tmp_path):
    path, _ = filmed
    with qtbot.waitSignal(footage.read, timeout=5000) as told:
        footage.ask(((tmp_path / "gone.hdf5", 3), 0))
    assert "does not exist" in told.args[0].problem
    with qtbot.waitSignal(footage.read, timeout=5000) as told:
        footage.ask(((path, STEPS), 0))
    assert told.args[0].images


def test_a_file_that_nobody_looks_at_is_let_go(filmed, footage, qtbot, monkeypatch):
    monkeypatch.setattr("app.pages.episodes.footage.IDLE", 0.05)
    closed = []
    monkeypatch.setattr(
        "app.pages.episodes.footage.ImageReader.close",
        lambda reader: closed.append(reader._file.close()),
    )
    footage.ask(((filmed[0], STEPS), 0))
    qtbot.waitUntil(lambda: len(closed) == 1, timeout=5000)


def test_time_passes_at_the_recorded_rate_to_the_end_and_begins_anew(qtbot):
    playback = Playback()
    moves = []
    playback.moved.connect(lambda step, playing: moves.append((step, playing)))
    began = time.perf_counter()
    playback.load(26, 50.0)
    qtbot.waitUntil(lambda: not playback.playing, timeout=5000)
    assert time.perf_counter() - began >= 0.5 - 0.02
    assert moves[0] == (0, True)
    assert moves[-1] == (25, False)
    playback.play(True)
    assert moves[-1] == (0, True)
    playback.seek(99)
    assert moves[-1] == (25, False)
    playback.load(1, 50.0)
    assert moves[-1] == (0, False)
    playback.load(0, 1.0)
    playback.play(True)
    assert not playback.playing

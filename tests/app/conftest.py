"""A real window with a real arm, and a gamepad that SDL itself takes for real."""

from __future__ import annotations

import fcntl
import os
import sys
import threading
from dataclasses import replace

if sys.platform.startswith("linux") and not (
    os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")  # it would follow the last line

import pytest
from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtGui import QSurfaceFormat

from app.arm.virtual_pad import VirtualPad
from app.assemble import assemble
from app.scene.gl import surface_format
from app.scene.policy_view import policy_fields
from core.data import scripted_episode, write_episode
from core.simulation import PolicyCameras, demonstrate

# Both must be said before pytest-qt makes the application.
QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
QSurfaceFormat.setDefaultFormat(surface_format())


@pytest.fixture(scope="session", autouse=True)
def only_process_of_windows(tmp_path_factory):
    """Fails where a second process of the same test run tests windows: see tests/conftest.py."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        yield
        return
    with (tmp_path_factory.getbasetemp().parent / "windows.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


@pytest.fixture
def qtbot(qtbot):
    """pytest-qt's, holding the widgets that it is given: it knows them by weak references only,
    and a widget that is collected while it paints itself takes the process with it."""
    held = []
    add_widget = qtbot.addWidget

    def add(widget, **options):
        held.append(widget)
        add_widget(widget, **options)

    qtbot.addWidget = add
    return qtbot


@pytest.fixture
def settings(tmp_path):
    return QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)


@pytest.fixture
def open_window(qtbot, tmp_path, settings):
    """Opens windows on the test's workspace; closes what is left open and looks for threads."""
    before = set(threading.enumerate())
    opened = []

    def make(workspace=None):
        assembled = assemble(workspace or tmp_path / "workspace", settings, warm_up=False)
        opened.append(assembled)
        window = assembled.window
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow, timeout=5000)
        qtbot.waitUntil(lambda: assembled.arm.tick is not None, timeout=10000)
        return assembled

    yield make
    for assembled in opened:
        assembled.window.close()
        assembled.window.deleteLater()
        assembled.studio.deleteLater()
    left = [t for t in threading.enumerate() if t not in before and not t.name.startswith("Dummy")]
    assert not left, f"threads left behind: {left}"


@pytest.fixture
def studio_window(open_window):
    """One open window on an empty workspace, active, with the arm moving freely."""
    return open_window()


@pytest.fixture
def pad(studio_window, qtbot):
    """A gamepad, plugged in and chosen."""
    made = VirtualPad()
    gamepads = studio_window.arm.operator.gamepads
    qtbot.waitUntil(lambda: gamepads.current is not None, timeout=3000)
    yield made
    made.unplug()
    studio_window.arm.operator.poll()


@pytest.fixture(scope="session")
def make_episodes():
    """Writes scripted demonstrations of a task into a folder and returns them.

    From seed 0 on they bear the names of the samples that ship.
    """

    def make(folder, task, count, first_seed=0):
        rollouts = demonstrate(task, count, first_seed)
        episodes = [scripted_episode(rollout) for rollout in rollouts]
        for episode in episodes:
            write_episode(folder, episode)
        return episodes

    return make


@pytest.fixture(scope="session")
def checkpoint(make_episodes, tmp_path_factory):
    """The folder of a policy for reaching, after a few updates: it moves, no more."""
    import torch

    from core.learning import Configuration, Dataset, Trainer, save_checkpoint

    torch.set_num_threads(1)
    small = {
        "encoder": {"latent": 32, "hidden": [48]},
        "predictor": {"hidden": [48]},
        "belief": {"size": 32},
        "head": {"chunk": 8, "hidden": [48]},
        "training": {"steps": 60, "window": 24},
    }
    folder = tmp_path_factory.mktemp("trained")
    episodes = make_episodes(folder / "episodes", "reach", 8)
    trainer = Trainer(Dataset.from_episodes(episodes), Configuration.from_dict(small), "cpu")
    for _ in range(60):
        trainer.update()
    return save_checkpoint(folder / "reach-1", trainer)


@pytest.fixture(scope="session")
def camera_checkpoint(make_episodes, tmp_path_factory):
    """The folder of a policy for reaching that senses images of 16 pixels, after an update."""
    import torch

    from core.learning import Dataset, Trainer, get_preset, save_checkpoint

    torch.set_num_threads(1)
    folder, filmed = tmp_path_factory.mktemp("seeing"), []
    fields = policy_fields(16)
    with PolicyCameras("reach", fields) as cameras:
        for episode in make_episodes(folder / "episodes", "reach", 2):
            images = cameras.render(episode.states)
            info = replace(episode.info, images=tuple(images), declared=fields)
            filmed.append(replace(episode, info=info, images=images))
    preset = get_preset("cameras")
    small = replace(preset, training=replace(preset.training, batch=8))
    trainer = Trainer(Dataset.from_episodes(filmed), small, "cpu")
    trainer.update()
    return save_checkpoint(folder / "sees-1", trainer)

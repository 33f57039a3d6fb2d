"""The scene: it draws, the mouse moves the eye, a policy's beliefs appear in it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from app.scene.content import Eye, View
from app.scene.drawing import Quality
from app.scene.policy_view import policy_fields
from app.scene.view import SceneView
from core.simulation import TASKS, Appearance, PolicyCameras, SeenThing, World


@dataclass(frozen=True)
class Explanation:
    futures: np.ndarray
    observation: dict


@pytest.fixture
def scene(qtbot, settings):
    made = SceneView(settings)
    qtbot.addWidget(made, before_close_func=lambda widget: widget.free())
    made.resize(480, 360)
    with qtbot.waitExposed(made):
        made.show()
    return made


def view_of(task="pick_place", run=0):
    return View(task, World(task, 1).snapshot(0), run)


def picture(scene, qtbot, view):
    """What is drawn for a view, as numbers (height, width, 3)."""
    scene.source = lambda: view
    with qtbot.waitSignal(scene.canvas.drawn, timeout=20000):
        scene._last = None
        scene.start()
    with qtbot.waitSignal(scene.canvas.drawn, timeout=20000):
        scene._last = None
    qtbot.wait(30)
    image = scene.canvas.grab().toImage()
    bits = np.frombuffer(image.constBits(), np.uint8)
    return bits.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, :, :3].astype(int)


def test_a_scene_looks_as_it_is_disturbed_and_then_as_before(scene, qtbot, monkeypatch):
    # drawn alike however slow the machine is
    monkeypatch.setattr("app.scene.drawing.LADDER", (Quality(False, 1.0),))
    plain = view_of()
    dark = Appearance(light=(0.2, 0.2, 0.2), ambient=(0.2, 0.2, 0.2))
    ball = SeenThing("sphere", (0.08, 0.08, 0.08), (0.5, 0.0, 0.2), (1.0, 0.0, 0.0))
    before, darker, red, after = (
        picture(scene, qtbot, replace(plain, appearance=looks))
        for looks in (None, dark, Appearance(things=(ball,)), None)
    )
    assert darker.mean() < 0.6 * before.mean()
    reds = (red[..., 2] > 120) & (red[..., 1] < 60)
    assert reds.mean() > 0.01 > ((before[..., 2] > 120) & (before[..., 1] < 60)).mean()
    assert np.abs(after - before).mean() < 1.0


def test_every_task_is_drawn(scene, qtbot):
    seen = []
    for task in TASKS:
        drawn = picture(scene, qtbot, view_of(task))
        assert drawn.std() > 10, "not one flat colour"
        seen.append(drawn)
    assert np.abs(seen[0] - seen[-1]).max() > 30


def test_the_mouse_turns_moves_and_zooms_and_a_double_click_puts_it_back(scene, qtbot):
    middle = QPoint(240, 180)
    drag(scene, Qt.MouseButton.LeftButton, middle, middle + QPoint(60, 30))
    assert scene.eye.azimuth == pytest.approx(Eye().orbited(60 / 360, 0).azimuth)
    drag(scene, Qt.MouseButton.RightButton, middle, middle + QPoint(0, 30))
    assert scene.eye.target[2] > Eye().target[2]
    before = scene.eye.distance
    wheel(scene, middle, 120)
    assert scene.eye.distance < before
    qtbot.mouseDClick(scene, Qt.MouseButton.LeftButton, pos=middle)
    assert scene.eye == Eye()


def drag(scene, button, start, end):
    """A hand drags from one point to another."""
    for kind, point in (
        (QEvent.Type.MouseButtonPress, start),
        (QEvent.Type.MouseMove, end),
        (QEvent.Type.MouseButtonRelease, end),
    ):
        position = QPointF(point)
        event = QMouseEvent(
            kind,
            position,
            scene.mapToGlobal(position),
            button,
            button,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(scene, event)


def wheel(scene, point, angle):
    """A hand turns the wheel."""
    position = QPointF(point)
    event = QWheelEvent(
        position,
        scene.mapToGlobal(position),
        QPoint(),
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(scene, event)


def test_another_eye_is_another_picture(scene, qtbot):
    view = view_of()
    before = picture(scene, qtbot, view)
    scene.eye = Eye().orbited(0.4, 0.0)
    assert np.abs(picture(scene, qtbot, view) - before).mean() > 3


def test_through_the_cameras_only_their_images_are_seen(scene, qtbot):
    view = view_of()
    scene.source = lambda: view
    scene.eye = before = Eye(azimuth=90.0)
    scene.look_through_cameras(96)
    scene.start()
    qtbot.waitUntil(lambda: bool(scene.cameras.frames.images), timeout=20000)
    with PolicyCameras("pick_place", policy_fields(96)) as cameras:
        expected = cameras.render([view.snapshot])
    for name, image in scene.cameras.frames.images:
        colour = image.pixelColor(40, 30)
        assert [colour.red(), colour.green(), colour.blue()] == expected[name][0, 30, 40].tolist()
    assert not scene.canvas.isVisible()
    assert not scene.tools.isVisible()
    assert scene.azimuth == 180.0, "keys move as the camera sees it"
    middle = QPoint(240, 180)
    drag(scene, Qt.MouseButton.LeftButton, middle, middle + QPoint(60, 30))
    wheel(scene, middle, 120)
    qtbot.mouseDClick(scene, Qt.MouseButton.LeftButton, pos=middle)
    assert scene.eye == before
    scene.look_through_cameras(0)
    assert scene.canvas.isVisible()
    assert scene.azimuth == before.azimuth
    assert picture(scene, qtbot, view).std() > 10


def test_a_ghost_is_drawn_only_when_wanted(scene, qtbot):
    scene.tools.wrist.setChecked(False)
    view = view_of()
    tip = view.snapshot.end_effector_position
    seen = {
        "object_position": tip + np.array((0.1, -0.1, 0.0)),
        "object_rotation": np.eye(3)[:2].ravel(),
    }
    believing = replace(view, explanation=Explanation(np.zeros((0, 0, 3)), seen))
    assert pinks(picture(scene, qtbot, view)) < 5
    assert pinks(picture(scene, qtbot, believing)) > 50
    scene.show_ghost(False)
    assert pinks(picture(scene, qtbot, believing)) < 5


def pinks(drawn):
    """Pixels in the ghost's colour, which nothing else in the scene has."""
    blue, green, red = np.moveaxis(drawn, -1, 0)
    return int(((red - green > 25) & (blue - green > 10)).sum())


def test_the_eye_is_stored_as_text_and_nonsense_gives_the_first_view():
    eye = Eye().orbited(0.1, 0.1).panned(0.2, 0.1).zoomed(2)
    again = Eye.from_text(eye.to_text())
    assert again.azimuth == pytest.approx(eye.azimuth, abs=1e-3)
    assert again.target == pytest.approx(eye.target, abs=1e-3)
    for text in ("", "1 2", "nan nan nan nan nan nan", "a b c d e f"):
        assert Eye.from_text(text) == Eye()


def test_zooming_and_panning_stay_within_reach():
    eye = Eye()
    for _ in range(100):
        eye = eye.zoomed(5).panned(1, 1)
    assert eye.distance >= 0.3
    assert max(map(abs, eye.target)) <= 1.5

"""Drawing inside a Qt OpenGL widget, as where there is a graphics card."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QGuiApplication

from app.scene.content import Eye, View
from app.scene.gl import SceneGL, graphics
from app.scene.marks import Marks
from core.simulation import World


@pytest.fixture(params=[True, False], ids=["software", "hardware"])
def canvas(request, qtbot):
    if QGuiApplication.platformName() == "offscreen" or graphics() == "none":
        pytest.skip("Qt has no OpenGL here")
    made = SceneGL(Marks(), software=request.param)
    qtbot.addWidget(made, before_close_func=lambda widget: widget.free())
    made.resize(320, 240)
    with qtbot.waitExposed(made):
        made.show()
    return made


def picture(canvas, qtbot, task, eye):
    with qtbot.waitSignal(canvas.drawn, timeout=20000):
        canvas.draw(View(task, World(task, 1).snapshot(0), 0), eye, inset=True)
    image = canvas.grabFramebuffer().convertToFormat(canvas.grabFramebuffer().Format.Format_RGB32)
    bits = np.frombuffer(image.constBits(), np.uint8)
    return bits.reshape(image.height(), -1, 4)[:, :, :3].astype(int)


def test_tasks_and_eyes_make_different_pictures(canvas, qtbot):
    first = picture(canvas, qtbot, "reach", Eye())
    assert first.std() > 10
    assert np.abs(picture(canvas, qtbot, "push", Eye()) - first).max() > 30
    turned = picture(canvas, qtbot, "push", Eye().orbited(0.3, 0.1))
    assert np.abs(turned - first).mean() > 3


def test_another_size_is_filled_to_its_corners(canvas, qtbot):
    picture(canvas, qtbot, "reach", Eye())
    canvas.resize(500, 380)
    drawn = picture(canvas, qtbot, "reach", Eye())
    assert drawn.shape[:2] == (380, 500)
    assert drawn[2:6, -6:-2].sum() > 0

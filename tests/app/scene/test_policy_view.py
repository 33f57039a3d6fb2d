"""What policies' cameras see, drawn off the GUI thread."""

from __future__ import annotations

import pytest

from app.scene.policy_view import Moment, PolicyPainter, policy_fields
from core.simulation import UnavailableGraphicsError, World


@pytest.fixture
def painter():
    made = PolicyPainter()
    yield made
    made.close_down()


def moment(task, key, size=64):
    return Moment(key, task, policy_fields(size), World(task, 1).snapshot())


def test_one_task_and_size_after_the_other_is_drawn(painter, qtbot):
    for number, (task, size) in enumerate((("reach", 64), ("push", 64), ("push", 96))):
        with qtbot.waitSignal(painter.drawn, timeout=20000) as drawn:
            painter.ask(moment(task, number, size))
        seen = drawn.args[0]
        assert (seen.key, seen.problem) == (number, "")
        assert [name for name, _ in seen.images] == ["workspace_image", "wrist_image"]
        assert {(image.width(), image.height()) for _, image in seen.images} == {(size, size)}


def test_a_state_of_another_task_is_a_sentence_and_the_next_is_drawn(painter, qtbot):
    wrong = Moment("wrong", "reach", policy_fields(), World("push", 1).snapshot())
    with qtbot.waitSignal(painter.drawn, timeout=20000) as drawn:
        painter.ask(wrong)
    assert "positions" in drawn.args[0].problem
    with qtbot.waitSignal(painter.drawn, timeout=20000) as drawn:
        painter.ask(moment("reach", "right"))
    assert len(drawn.args[0].images) == 2


def test_without_opengl_a_sentence_is_said_and_it_is_not_tried_again(painter, qtbot, monkeypatch):
    tried = []

    def cameras(*_, **__):
        tried.append(1)
        raise UnavailableGraphicsError("no OpenGL context could be made")

    monkeypatch.setattr("app.scene.policy_view.PolicyCameras", cameras)
    for number in range(2):
        with qtbot.waitSignal(painter.drawn, timeout=20000) as drawn:
            painter.ask(moment("reach", number))
        assert drawn.args[0].problem == "no OpenGL context could be made"
    assert len(tried) == 1

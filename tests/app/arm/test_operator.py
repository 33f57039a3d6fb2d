"""Hands to commands: directions as seen, tilting, precision, gripper, per-pad memory."""

from __future__ import annotations

import dataclasses

import pytest

from app.arm.mapping import PadMapping
from app.arm.operator import Operator
from app.arm.virtual_pad import VirtualPad


@pytest.fixture
def operator(qapp, settings):  # noqa: ARG001 — devices need the application
    made = Operator(settings)
    made.keyboard.enabled = True
    yield made
    made.close_down()


@pytest.fixture
def hand(operator):
    made = VirtualPad()
    operator.poll()
    operator.poll()
    yield made
    made.unplug()


def command(operator):
    for _ in range(3):
        operator.poll()
    return operator.command


@pytest.mark.parametrize(
    ("azimuth", "x", "y"), [(0, 1, 0), (90, 0, 1), (180, -1, 0), (152, -1, 0), (270, 0, -1)]
)
def test_away_on_the_stick_is_away_from_the_viewer(operator, hand, azimuth, x, y):
    operator.azimuth = lambda: azimuth
    hand.move("left_y", -1.0)
    assert command(operator).motion == pytest.approx((x, y, 0, 0, 0, 0))
    hand.move("left_y", 0.0)
    hand.move("left_x", 1.0)  # right of somebody who looks along (x, y) is (y, -x)
    assert command(operator).motion == pytest.approx((y, -x, 0, 0, 0, 0))


def test_the_arms_own_axes_can_be_chosen(operator, hand):
    operator.set_mapping(PadMapping(directions="arm"))
    operator.azimuth = lambda: 180
    hand.move("left_y", -1.0)
    assert command(operator).motion == pytest.approx((1, 0, 0, 0, 0, 0))


def test_the_right_stick_is_height_and_turn_and_with_the_shoulder_tilts(operator, hand):
    operator.azimuth = lambda: 0
    hand.move("right_y", -1.0)
    assert command(operator).motion == pytest.approx((0, 0, 1, 0, 0, 0))
    hand.press("left_shoulder")
    motion = command(operator).motion
    assert motion[:3] == pytest.approx((0, 0, 0))
    assert motion[4] == pytest.approx(-1), "up tilts about the axis to the viewer's right, -y"
    hand.centre()
    hand.move("right_x", 1.0)
    assert command(operator).motion[3] == pytest.approx(1), "right rolls about the way of looking"
    hand.press("left_shoulder", held=False)
    assert command(operator).motion == pytest.approx((0, 0, 0, 0, 0, -1))


def test_triggers_close_and_open_and_precision_slows(operator, hand):
    hand.move("right_trigger", 1.0)
    assert command(operator).gripper_rate == pytest.approx(1.0, abs=0.01)
    hand.centre()
    hand.move("left_trigger", 1.0)
    assert command(operator).gripper_rate == pytest.approx(-1.0, abs=0.01)
    hand.centre()
    hand.press("right_shoulder")
    hand.move("right_y", -1.0)
    assert command(operator).motion[2] == pytest.approx(1 / 3)


def test_actions_of_buttons_are_told_once(operator, hand):
    acted = []
    operator.acted.connect(acted.append)
    hand.press("a")
    command(operator)
    hand.press("a", held=False)
    hand.press("right_stick")
    toggles = operator.command.gripper_toggles
    assert command(operator).gripper_toggles == toggles + 1
    assert acted == ["record", "gripper"]


def test_a_mapping_is_remembered_for_its_kind_of_pad(operator, hand):
    changed = dataclasses.replace(PadMapping(), record="y", success="a")
    operator.set_mapping(changed)
    hand.unplug()
    command(operator)
    operator.mapping = PadMapping()
    again = VirtualPad()
    command(operator)
    assert operator.mapping == changed
    again.unplug()
    command(operator)


def test_nothing_moves_while_hands_are_not_wanted(operator, hand):
    operator.keyboard.enabled = False
    hand.move("left_y", -1.0)
    assert not command(operator).active

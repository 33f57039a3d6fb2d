"""Mappings: dead zone, curve, what can be stored, what is refused."""

from __future__ import annotations

import math

import pytest

from app.arm.mapping import ACTIONS, PadMapping, shaped, shaped_trigger


def test_the_dead_zone_is_silent_and_the_rest_is_rescaled():
    mapping = PadMapping(dead_zone=0.2, curve=1.0)
    assert shaped(0.15, 0.1, mapping) == (0.0, 0.0)
    x, y = shaped(0.2001, 0.0, mapping)
    assert 0 < x < 0.001 and y == 0
    assert shaped(1.0, 0.0, mapping)[0] == pytest.approx(1.0)
    assert shaped(0.6, 0.0, mapping)[0] == pytest.approx(0.5)


def test_the_curve_makes_small_deflections_fine_and_keeps_directions():
    mapping = PadMapping(curve=2.0, dead_zone=0.1)
    x, y = shaped(0.4, 0.3, mapping)
    assert math.hypot(x, y) < 0.25
    assert y / x == pytest.approx(0.75)
    assert math.hypot(*shaped(1.0, 1.0, mapping)) == pytest.approx(1.0)


def test_sensitivity_limits_the_speed():
    assert shaped(1.0, 0.0, PadMapping(sensitivity=0.5))[0] == pytest.approx(0.5)


def test_triggers_reach_both_ends():
    assert shaped_trigger(0.05) == 0.0
    assert shaped_trigger(1.0) == 1.0


def test_a_button_can_do_one_thing_only():
    with pytest.raises(ValueError, match="a: a button can do one thing only"):
        PadMapping(record="a", discard="a")


def test_what_is_out_of_range_is_refused_with_the_range():
    with pytest.raises(ValueError, match=r"dead_zone is 0\.9; expected a number from 0\.0 to 0\.5"):
        PadMapping(dead_zone=0.9)


def test_stored_mappings_come_back_and_nonsense_gives_the_default():
    mapping = PadMapping(record="y", success="a", dead_zone=0.2, rumble=False)
    assert PadMapping.from_json(mapping.to_json()) == mapping
    for text in ("", "{", "[]", '{"dead_zone": 7}', '{"record": "q"}', "null", "[" * 100_000):
        assert PadMapping.from_json(text) == PadMapping()
    assert PadMapping.from_json('{"later": 1, "curve": 2.0}') == PadMapping(curve=2.0)


def test_every_action_has_a_button_of_its_own():
    mapping = PadMapping()
    for action in ACTIONS:
        assert mapping.action_of(getattr(mapping, action)) == action

"""Results that changed while their version did not; see `golden.py`."""

from dataclasses import replace

import pytest
from golden import (
    GOLDENS,
    LEARNING_TOLERANCE,
    RENDERING_TOLERANCE,
    Golden,
    differences,
    draw,
    learn,
)
from regenerate import renew

from core.learning import get_preset

COMMAND = "python tests/golden/regenerate.py"


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda golden: golden.name)
def test_results_are_those_of_their_version(golden):
    stored = golden.stored()
    assert stored is not None, f"{golden.path} is missing; run `{COMMAND} {golden.name}`"
    found = golden.differences(golden.compute())
    if golden.raised() or stored[0] != golden.versions:
        pytest.fail(
            f"{golden.name}: the versions are {dict(golden.versions)}, and {golden.path.name} has "
            f"{stored[0]}; run `{COMMAND} {golden.name}` and commit the file"
        )
    assert not found, (
        f"{golden.name}: results have changed ({'; '.join(found[:5])}). If that is meant, raise "
        f"{' or '.join(golden.versions)} in the same commit and run `{COMMAND} {golden.name}`; "
        "stored results of the benchmark then no longer count. If not, the last change has a fault"
    )


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("optimiser", {"learning_rate": 1.01e-3}),
        ("target", {"tau": 0.99, "final_tau": 0.99}),
        ("loss", {"inverse_dynamics": 1.01}),
        ("loss", {"hidden_future": 0.4}),
        ("training", {"seed": 1}),
    ],
)
def test_a_small_change_of_learning_is_noticed(section, change):
    settings = get_preset("default")
    present = learn(settings)
    assert differences(present, learn(settings), LEARNING_TOLERANCE) == []
    changed = replace(settings, **{section: replace(getattr(settings, section), **change)})
    assert differences(present, learn(changed), LEARNING_TOLERANCE)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("FIELD_OF_VIEW", 17.5), ("GOAL_OPACITY", 0.2), ("TARGET", (0.5, 0, 0.21))],
)
def test_a_small_change_of_what_policies_see_is_noticed(monkeypatch, setting, value):
    present = draw("reach")
    assert differences(present, draw("reach"), RENDERING_TOLERANCE) == []
    monkeypatch.setattr(f"core.simulation.cameras.{setting}", value)
    assert differences(present, draw("reach"), RENDERING_TOLERANCE)


@pytest.fixture
def golden(tmp_path, monkeypatch):
    monkeypatch.setattr("golden.NUMBERS", tmp_path)
    return Golden("one", lambda: {"a": [1.0, 2.0]}, {"core.versions.LEARNING": 1}, 1e-3)


def test_a_new_golden_is_written_and_one_that_is_right_left_alone(golden):
    assert renew(golden) == "written"
    assert golden.differences({"a": [1.0, 2.001]}) == []
    assert renew(golden) == "unchanged"


def test_other_numbers_are_refused_until_the_version_is_raised(golden):
    renew(golden)
    other = replace(golden, compute=lambda: {"a": [1.0, 2.1]})
    assert other.differences(other.compute()) == ["a differs by 0.05 of its largest number"]
    assert renew(other).startswith("refused, since a differs by 0.05")
    assert golden.stored() == ({"core.versions.LEARNING": 1}, {"a": [1.0, 2.0]})
    raised = replace(other, versions={"core.versions.LEARNING": 2})
    assert raised.raised()
    assert renew(raised) == "written"
    assert raised.stored() == ({"core.versions.LEARNING": 2}, {"a": [1.0, 2.1]})


def test_a_version_raised_for_nothing_visible_keeps_the_numbers(golden):
    renew(golden)
    raised = replace(golden, versions={"core.versions.LEARNING": 2})
    assert renew(raised) == "version written, the numbers are the same"
    assert raised.stored() == ({"core.versions.LEARNING": 2}, {"a": [1.0, 2.0]})


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ({}, "a is gone"),
        ({"a": [1.0, 2.0], "b": []}, "b is new"),
        ({"a": [1.0]}, "a has 1 numbers, not 2"),
        ({"a": [1.0, float("nan")]}, "a differs by nan of its largest number"),
    ],
)
def test_what_differs_is_said(golden, numbers, sentence):
    renew(golden)
    assert golden.differences(numbers) == [sentence]

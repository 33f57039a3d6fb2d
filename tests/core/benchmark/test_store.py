import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.benchmark import Cell, DamagedResultError, Scope, Store, Trial, make_table, wanted
from core.evaluation import Condition

PUBLISHED = Path(__file__).parents[3] / "docs" / "results" / "cells"

CELL = Cell("B", "raw_bc", "push", 10, 0)
CLEAN, NOISY = Trial(episodes=4), Trial(episodes=4, condition=Condition(noise=0.3))
OUTCOMES = (True, False, True, True)


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path)


def test_what_is_kept_is_found_again(store, by_hand):
    assert store.result(CELL, CLEAN) is None
    path = store.keep(CELL, by_hand(CELL, {CLEAN: OUTCOMES}), "python -m core benchmark")
    result = store.result(CELL, CLEAN)
    assert tuple(result.outcomes) == OUTCOMES
    assert result.steps == (50,) * 4
    assert json.loads(path.read_text())["command"] == "python -m core benchmark"
    assert store.missing(CELL, [CLEAN, NOISY]) == (NOISY,)


def test_a_regime_is_a_file_and_a_cell_a_line_in_their_order(store, by_hand):
    cells = [replace(CELL, demonstrations=100), replace(CELL, regime="C"), replace(CELL, seed=1)]
    for cell in (*cells, CELL):
        store.keep(cell, by_hand(cell, {CLEAN: OUTCOMES}), "")
    assert {path.name for path in store.folder.glob("*.jsonl")} == {"B.jsonl", "C.jsonl"}
    lines = store.path(CELL).read_text().splitlines()
    names = [json.loads(line)["cell"] for line in lines]
    assert names == ["B/raw_bc/push/10/0", "B/raw_bc/push/10/1", "B/raw_bc/push/100/0"]
    store.keep(CELL, by_hand(CELL, {CLEAN: (False,) * 4}), "")
    assert store.path(CELL).read_text().splitlines()[1:] == lines[1:]  # a line alone changes


def test_what_another_program_wrote_meanwhile_is_not_lost(store, by_hand):
    other, seed_1 = Store(store.folder), replace(CELL, seed=1)
    store.keep(CELL, by_hand(CELL, {CLEAN: OUTCOMES}), "")
    other.keep(seed_1, by_hand(seed_1, {CLEAN: OUTCOMES}), "")
    store.keep(CELL, by_hand(CELL, {NOISY: OUTCOMES}), "")
    for each in (store, Store(store.folder)):
        assert set(each.trials(CELL)) == {CLEAN, NOISY}
        assert each.trials(seed_1) == (CLEAN,)


def test_further_trials_stand_beside_those_before(store, by_hand):
    store.keep(CELL, by_hand(CELL, {CLEAN: OUTCOMES}), "")
    store.keep(CELL, by_hand(CELL, {NOISY: (False,) * 4}), "")
    assert store.missing(CELL, [CLEAN, NOISY]) == ()
    store.keep(CELL, by_hand(CELL, {CLEAN: (False,) * 4}), "")  # and may be run again
    assert not store.result(CELL, CLEAN).outcomes.any()
    assert len(store.record(CELL).values["trials"]) == 2


def test_trials_of_another_training_do_not_stand_beside_new_ones(store, by_hand):
    store.keep(CELL, by_hand(CELL, {CLEAN: OUTCOMES}), "")
    assert store.trials(CELL) == (CLEAN,)
    other = by_hand(CELL, {NOISY: (False,) * 4})
    other["training"]["losses"] = {"total": 0.26}  # the same settings on another processor
    store.keep(CELL, other, "")
    assert store.trials(CELL) == (NOISY,)


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("versions", "learning", 0),
        ("versions", "simulation", 0),
        ("data", "demonstrations", 20),
        ("data", "first_start", 10_000),
        ("data", "task", "reach"),
        ("configuration", "head", {"chunk": 3}),
        ("configuration", "no_longer_there", {}),
    ],
)
def test_results_of_other_settings_data_or_versions_count_as_missing(
    store, by_hand, section, name, value
):
    record = by_hand(CELL, {CLEAN: OUTCOMES})
    record["training"][section][name] = value
    store.keep(CELL, record, "")
    assert store.record(CELL) is None
    assert store.missing(CELL, [CLEAN]) == (CLEAN,)
    store.keep(CELL, by_hand(CELL, {NOISY: OUTCOMES}), "")  # and do not stay beside new ones
    assert len(store.record(CELL).values["trials"]) == 1


@pytest.mark.parametrize("version", ["evaluation", "mode"])
def test_trials_of_another_version_count_as_missing_and_their_training_stays(
    store, by_hand, version
):
    record = by_hand(CELL, {CLEAN: OUTCOMES, NOISY: OUTCOMES})
    record["trials"][0]["versions"][version] = 0
    store.keep(CELL, record, "")
    assert store.missing(CELL, [CLEAN, NOISY]) == (CLEAN,)
    assert store.result(CELL, CLEAN) is None


def test_settings_are_compared_as_they_are_read(store, by_hand):
    record = by_hand(CELL, {CLEAN: OUTCOMES})
    settings = record["training"]["configuration"]
    settings["loss"] = dict(reversed(settings["loss"].items()))
    settings["head"]["hidden"] = list(settings["head"]["hidden"])
    del settings["target"]  # left out, it has its default
    store.keep(CELL, record, "")
    assert store.missing(CELL, [CLEAN]) == ()


def test_trial_runs_are_never_taken_for_results(store, by_hand):
    quick = Cell("B", "raw_bc", "push", 10, 0, quick=True)
    store.keep(quick, by_hand(quick, {CLEAN: OUTCOMES}), "")
    assert store.missing(CELL, [CLEAN]) == (CLEAN,)
    assert store.missing(quick, [CLEAN]) == ()


@pytest.mark.parametrize("content", ["{", "[]", '{"cell": "B/raw_bc/push/10/0"}', '{"cell": "B"}'])
def test_a_damaged_line_is_a_sentence(store, by_hand, content):
    store.keep(CELL, by_hand(CELL, {CLEAN: OUTCOMES}), "")
    with store.path(CELL).open("a") as file:
        file.write(content + "\n")
    with pytest.raises(DamagedResultError, match=r"line 2 of .*B.jsonl .*; delete the line"):
        Store(store.folder).missing(CELL, [CLEAN])


def test_an_outcome_that_is_lost_is_noticed(store, by_hand):
    record = by_hand(CELL, {CLEAN: OUTCOMES})
    record["trials"][0]["episodes"] = 5
    store.keep(CELL, record, "")
    with pytest.raises(DamagedResultError, match="4 outcomes of 5 episodes"):
        Store(store.folder).missing(CELL, [CLEAN])


def test_the_published_results_count():
    """Each cell of the main table is there, of the present versions, settings and data."""
    store, scope = Store(PUBLISHED), Scope()
    cells = wanted(make_table("main", scope), scope)
    lacking = [cell.name for cell in cells if store.record(cell) is None]
    assert len(cells) > 400 and not lacking

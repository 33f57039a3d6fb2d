import json

import pytest

from core.benchmark import Cell, DamagedResultError, Store, Trial
from core.evaluation import Condition

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
    assert "[50, 50, 50, 50]" in path.read_text()  # a line, not four


def test_further_trials_stand_beside_those_before(store, by_hand):
    store.keep(CELL, by_hand(CELL, {CLEAN: OUTCOMES}), "")
    store.keep(CELL, by_hand(CELL, {NOISY: (False,) * 4}), "")
    assert store.missing(CELL, [CLEAN, NOISY]) == ()
    store.keep(CELL, by_hand(CELL, {CLEAN: (False,) * 4}), "")  # and may be run again
    assert not store.result(CELL, CLEAN).outcomes.any()
    assert len(store.record(CELL)["trials"]) == 2


def test_trials_of_another_training_do_not_stand_beside_new_ones(store, by_hand):
    store.keep(CELL, by_hand(CELL, {CLEAN: OUTCOMES}), "")
    assert store.trials(CELL) == (CLEAN,)
    other = by_hand(CELL, {NOISY: (False,) * 4})
    other["training"]["losses"] = {"total": 0.26}  # the same settings on another processor
    store.keep(CELL, other, "")
    assert store.trials(CELL) == (NOISY,)


def test_results_of_other_settings_data_or_code_count_as_missing(store, by_hand):
    record = by_hand(CELL, {CLEAN: OUTCOMES})
    record["training"]["key"] = "of an older version"
    store.keep(CELL, record, "")
    assert store.record(CELL) is None
    assert store.missing(CELL, [CLEAN]) == (CLEAN,)
    store.keep(CELL, by_hand(CELL, {NOISY: OUTCOMES}), "")  # and do not stay beside new ones
    assert len(store.record(CELL)["trials"]) == 1


def test_trial_runs_are_never_taken_for_results(store, by_hand):
    quick = Cell("B", "raw_bc", "push", 10, 0, quick=True)
    store.keep(quick, by_hand(quick, {CLEAN: OUTCOMES}), "")
    assert store.missing(CELL, [CLEAN]) == (CLEAN,)
    assert store.missing(quick, [CLEAN]) == ()


@pytest.mark.parametrize("content", ["{", "[]", '{"version": 1, "cell": "B/raw_bc/push/10/0"}'])
def test_a_damaged_file_is_a_sentence(store, content):
    store.path(CELL).parent.mkdir(exist_ok=True)
    store.path(CELL).write_text(content)
    with pytest.raises(DamagedResultError, match=r"B-raw_bc-push-10-0.json .*; delete it"):
        store.missing(CELL, [CLEAN])

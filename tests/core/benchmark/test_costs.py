import pytest

from core.benchmark import Cell, Scope, Store, Trial, make_table
from core.benchmark.costs import costs_markdown, costs_of
from core.benchmark.tables import wanted
from core.evaluation import Condition

SCOPE = Scope(demonstrations=10, seeds=1, episodes=6)
CELL = Cell("B", "raw_bc", "push", 10, 0)


@pytest.fixture
def store(tmp_path, by_hand) -> Store:
    """One cell that two tables share: trained in 40 s, with trials of 3 and 5 s."""
    asked = wanted(make_table("noise", SCOPE), SCOPE)[CELL]
    clean = next(trial for trial in asked if trial.condition == Condition())
    noisy = next(trial for trial in asked if trial.condition.noise == 0.6)
    record = by_hand(CELL, {clean: [True] * 6, noisy: [True] * 6})
    record["training"]["seconds"] = {"preparation": 1.0, "training": 39.0}
    for values, seconds in zip(record["trials"], (3.0, 5.0), strict=True):
        values["seconds"] = seconds
    store = Store(tmp_path / "cells")
    store.keep(CELL, record, "")
    return store


def test_a_cell_counts_with_the_trials_that_a_table_asks_for(store):
    main, noise, _ = costs_of(("main", "noise"), store, SCOPE)
    assert main.training == noise.training == (40.0,)
    assert main.cells == (43.0,)
    assert noise.cells == (48.0,)


def test_all_count_what_tables_share_once(store):
    *_, everything = costs_of(("main", "noise"), store, SCOPE)
    assert everything.cells == (48.0,)


def test_a_cell_without_any_trial_of_a_table_is_not_counted(store):
    costs = costs_of(("collapse",), Store(store.folder / "none"), SCOPE)
    assert all(cost.cells == () for cost in costs)
    assert "| collapse |" not in costs_markdown(costs)


def test_the_table_tells_hours_and_minutes_on_two_cores(store, by_hand):
    other = Cell("B", "raw_bc", "reach", 10, 0)
    record = by_hand(other, {Trial(episodes=6): [True] * 6})
    record["training"]["seconds"] = {"training": 7200.0 - 43.0}
    record["trials"][0]["seconds"] = 0.0
    store.keep(other, record, "")
    text = costs_markdown(costs_of(("main",), store, SCOPE))
    row = next(line for line in text.splitlines() if line.startswith("| main |"))
    assert row == "| main | 2 | 3598, 7157 | 3600, 7157 | 2.0 | 60 |"

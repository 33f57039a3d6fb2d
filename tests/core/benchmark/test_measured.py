import numpy as np
import pytest

from core.benchmark import Scope, Store, make_table, measure
from core.benchmark.measured import compare
from core.benchmark.methods import METHODS
from core.benchmark.tables import cells_of
from core.evaluation import bootstrap_mean, wilson

SCOPE = Scope(demonstrations=10, seeds=2, episodes=10)


def outcomes(solved: int, n: int = 10) -> list[bool]:
    return [i < solved for i in range(n)]


def fill(store: Store, by_hand, rates: dict[str, dict[tuple[str, int], int]]) -> None:
    """Put results into the lines of regime B of the main table, by method, task and seed."""
    section = make_table("main", SCOPE).sections[1]
    for line in section.lines:
        for cell, trial in cells_of(line, section.columns[-1], SCOPE):
            solved = rates.get(line.method, {}).get((cell.task, cell.seed))
            if solved is not None:
                store.keep(cell, by_hand(cell, {trial: outcomes(solved)}), "")


def measured(store: Store):
    return measure(make_table("main", SCOPE), store, SCOPE)


def everywhere(*by_task: int) -> dict[tuple[str, int], int]:
    tasks = ("reach", "push", "pick_place")
    return {(t, seed): s for t, s in zip(tasks, by_task, strict=True) for seed in (0, 1)}


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path)


def test_rates_means_and_comparisons(store, by_hand):
    fill(store, by_hand, {"act_jepa": everywhere(10, 8, 6), "raw_bc": everywhere(9, 5, 4)})
    (section,) = measured(store).known
    raw, jepa = section.lines
    assert [e.value for e in jepa.entries] == pytest.approx([1.0, 0.8, 0.6, 0.8])
    assert [e.value for e in raw.entries] == pytest.approx([0.9, 0.5, 0.4, 0.6])
    assert [e.comparison for e in jepa.entries] == [None] * 4
    mean = raw.entries[-1].comparison
    assert mean.difference == pytest.approx(-0.2)
    assert (mean.won, mean.lost) == (0, 12)
    # six starts a seed that only the baseline solved: 2 * (1/2)^6
    assert [seed.p_value for seed in mean.seeds] == pytest.approx([0.03125, 0.03125])
    for entry in (*raw.entries, *jepa.entries):
        assert entry.low <= entry.value <= entry.high
        assert entry.seeds == 2
    assert (raw.training_seconds, raw.updates) == (1.5, 10)


def test_lines_without_results_are_not_shown_and_are_counted(store, by_hand):
    fill(store, by_hand, {"act_jepa": everywhere(10, 8, 6)})
    table = measured(store)
    assert [line.line.method for line in table.known[0].lines] == ["act_jepa"]
    assert sum(table.complete.values()) == 6
    lines = 3 * len(METHODS) - 2  # regimes; only one of them has an observer to stand behind
    assert len(table.complete) == lines * 3 * 2  # tasks, seeds


def test_a_mean_is_over_seeds_that_have_all_tasks(store, by_hand):
    rates = everywhere(10, 8, 6)
    del rates["push", 1]
    fill(store, by_hand, {"act_jepa": rates, "raw_bc": everywhere(10, 8, 6)})
    entries = measured(store).known[0].lines[1].entries
    assert [entry.seeds for entry in entries] == [2, 1, 2, 1]
    assert entries[-1].value == pytest.approx(0.8)


def test_comparisons_pair_seeds_and_starts_that_both_have():
    a = {("reach", 0): np.array([True, True]), ("reach", 1): np.array([False, False])}
    b = {("reach", 0): np.array([False, True]), ("push", 1): np.array([True, True])}
    comparison = compare(a, b)
    assert len(comparison.seeds) == 1
    assert (comparison.won, comparison.lost) == (1, 0)
    assert compare(a, {}) is None


def test_the_interval_of_a_mean_is_narrower_than_that_of_a_task():
    generator = np.random.default_rng(0)
    tasks = [generator.random((3, 200)) < 0.7 for _ in range(3)]
    low, high = bootstrap_mean(tasks)
    alone_low, alone_high = bootstrap_mean(tasks[:1])
    assert high - low < 0.75 * (alone_high - alone_low)
    assert low < np.mean(tasks) < high


def test_measures_of_the_representation_are_means_over_tasks(store, by_hand):
    table = make_table("collapse", SCOPE)
    section = table.sections[0]
    line = section.baseline
    for cell, trial in cells_of(line, section.compared, SCOPE):
        record = by_hand(cell, {trial: outcomes(5)})
        record["training"]["measures"]["effective_rank"] = 20.0 + cell.seed
        store.keep(cell, record, "")
    (shown,) = measure(table, store, SCOPE).sections[0].lines
    rank = shown.entries[1]
    assert (rank.value, rank.low, rank.high) == (20.5, 20.0, 21.0)
    assert shown.entries[-1].value == 0.5
    assert shown.entries[4].value == 0.01


def test_the_interval_of_a_difference_draws_the_same_starts_for_both():
    generator = np.random.default_rng(0)
    easy = generator.random((3, 200)) < 0.5
    a = {("push", seed): easy[seed] for seed in range(3)}
    b = {("push", seed): easy[seed] & (np.arange(200) % 20 > 0) for seed in range(3)}
    comparison = compare(a, b)
    assert 0 < comparison.low < comparison.difference < comparison.high < 0.06
    apart = bootstrap_mean([easy])
    assert comparison.high - comparison.low < 0.5 * (apart[1] - apart[0])


def test_outcomes_that_are_all_alike_have_an_interval_too(store, by_hand):
    fill(store, by_hand, {"act_jepa": everywhere(10, 8, 6)})
    (section,) = measured(store).known
    reach = section.lines[0].entries[0]
    assert (reach.low, reach.high) == wilson(10, 10)


def test_a_single_training_of_a_single_task_has_the_interval_of_wilson(store, by_hand):
    fill(store, by_hand, {"act_jepa": {("push", 0): 7}})
    (section,) = measured(store).known
    push = section.lines[0].entries[1]
    assert (push.low, push.high) == wilson(7, 10)


def test_an_error_of_prediction_is_told_only_where_prediction_was_learned(store, by_hand):
    table = make_table("collapse", SCOPE)
    section = table.sections[0]
    for line in section.lines:
        for cell, trial in cells_of(line, section.compared, SCOPE):
            if line.method in ("act_jepa", "autoencoder"):
                store.keep(cell, by_hand(cell, {trial: outcomes(5)}), "")
    autoencoder, jepa = measure(table, store, SCOPE).sections[0].lines
    assert [entry is None for entry in jepa.entries] == [False] * 7
    assert [entry is None for entry in autoencoder.entries] == [False] * 3 + [True] * 3 + [False]

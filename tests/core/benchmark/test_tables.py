import pytest

from core.benchmark import METHODS, TABLE_NAMES, Scope, make_table, wanted
from core.benchmark.errors import ScopeError
from core.benchmark.methods import IDEAS, NOISE_TRAINED
from core.errors import UnknownNameError

SCOPE = Scope()


def test_the_main_table_is_every_method_in_every_regime():
    cells = wanted(make_table("main", SCOPE), SCOPE)
    observed = {cell.regime for cell in cells if cell.method == "raw_bc_observer"}
    assert observed == {"C"}, "no other regime has an observer to stand behind"
    assert len(cells) == (3 * len(METHODS) - 2) * 3 * 3
    assert {len(trials) for trials in cells.values()} == {1}
    assert {cell.demonstrations for cell in cells} == {100}


@pytest.mark.parametrize("name", TABLE_NAMES)
def test_every_table_can_be_cut_down(name):
    table = make_table(name, SCOPE)
    cut = Scope(tasks=("push",), methods=("act_jepa",), seeds=2)
    cells = wanted(table, cut)
    assert cells
    assert {(cell.task, cell.method) for cell in cells} == {("push", "act_jepa")}
    assert {cell.seed for cell in cells} == {0, 1}
    for section in table.sections:
        assert section.compared in section.columns
        assert section.baseline is None or section.baseline in section.lines


def test_an_object_is_displaced_only_where_there_is_one():
    cells = wanted(make_table("modes", SCOPE), SCOPE)
    displaced = {
        cell.task
        for cell, trials in cells.items()
        if any(trial.condition.displace_object for trial in trials)
    }
    assert displaced == {"push", "pick_place"}
    assert {trial.mode for trials in cells.values() for trial in trials} == {
        "bc",
        "nearest",
        "plan",
    }


def test_the_table_of_noise_trains_nothing_else_but_the_variants_trained_with_noise():
    main = wanted(make_table("main", SCOPE), SCOPE)
    others = {cell for cell in wanted(make_table("noise", SCOPE), SCOPE) if cell not in main}
    assert {cell.method for cell in others} == set(NOISE_TRAINED)
    assert {cell.regime for cell in others} == {"B", "C"}
    assert all(cell.configuration.training.noise for cell in others)


def test_ideas_are_tried_on_starts_that_no_result_comes_from():
    firsts = {
        name: {
            trial.first_seed
            for trials in wanted(make_table(name, SCOPE), SCOPE).values()
            for trial in trials
        }
        for name in TABLE_NAMES
    }
    assert firsts.pop("ideas") == {2_000_000}
    assert set.union(*firsts.values()) == {1_000_000}


def test_no_idea_is_the_method_it_changes():
    cells = [
        cell
        for cell in wanted(make_table("ideas", SCOPE), SCOPE)
        if cell.seed == 0 and cell.task == "push"
    ]
    assert {*IDEAS} <= {cell.method for cell in cells}
    for regime in "ABC":
        trainings = [cell.training.digest for cell in cells if cell.regime == regime]
        assert len(set(trainings)) == len(trainings)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seeds": 0}, "seeds is 0; expected at least 1"),
        ({"demonstrations": 1}, "demonstrations is 1; expected at least 2"),
        ({"regimes": ("Z",)}, "unknown regime 'Z'"),
        ({"methods": ("magic",)}, "unknown method 'magic'"),
    ],
)
def test_senseless_scopes_are_refused(change, message):
    with pytest.raises((ScopeError, UnknownNameError), match=message):
        Scope(**change)


def test_an_unknown_table_lists_the_tables():
    with pytest.raises(UnknownNameError, match=r"unknown table 'x'; tables: main, .*, all"):
        make_table("x", SCOPE)

from dataclasses import replace

import pytest

from core.benchmark import BenchmarkError, Cell, Trial
from core.evaluation import Condition
from core.simulation import UnknownTaskError

CELL = Cell("B", "raw_bc", "push", 100, 2)


def test_a_name_is_read_as_it_is_written():
    assert CELL.name == "B/raw_bc/push/100/2"
    assert Cell.parse(CELL.name) == CELL
    assert Cell.parse(CELL.name, quick=True).quick


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("B/raw_bc/push", "cell 'B/raw_bc/push'; expected REGIME/METHOD/TASK/DEMONSTRATIONS/SEED"),
        ("B/raw_bc/push/many/0", "such as C/act_jepa/push/100/0"),
        ("D/raw_bc/push/100/0", "unknown regime 'D'"),
        ("B/magic/push/100/0", "unknown method 'magic'"),
        ("B/raw_bc/push/1/0", "1 demonstration.s. asked for; expected 2 to 5000"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(name, message):
    with pytest.raises(BenchmarkError, match=message):
        Cell.parse(name)


def test_an_unknown_task_lists_the_tasks():
    with pytest.raises(UnknownTaskError, match="unknown task 'fly'; tasks: "):
        replace(CELL, task="fly")


def test_a_training_key_tells_apart_all_that_decides_what_is_learned():
    others = [
        replace(CELL, regime="C"),
        replace(CELL, method="act_jepa"),
        replace(CELL, task="reach"),
        replace(CELL, demonstrations=50),
        replace(CELL, seed=1),
        replace(CELL, quick=True),
    ]
    keys = {cell.training_key() for cell in (CELL, *others)}
    assert len(keys) == 1 + len(others)
    assert replace(CELL).training_key() == CELL.training_key()


def test_methods_that_are_the_same_share_a_training():
    full = Cell("B", "act_jepa", "push", 100, 0)
    assert replace(full, method="tau_0.996").training_key() == full.training_key()
    assert replace(full, method="tau_0.99").training_key() != full.training_key()


def test_a_key_tells_trials_apart():
    trials = [
        Trial(),
        Trial(mode="nearest"),
        Trial(condition=Condition(noise=0.1)),
        Trial(episodes=100),
        Trial(first_seed=2_000_000),
        Trial(horizon=100),
    ]
    assert len({CELL.key(trial) for trial in trials}) == len(trials)

import json
from dataclasses import replace

import pytest

from core import versions
from core.benchmark import BenchmarkError, Cell, Trial
from core.benchmark.cell import Training
from core.errors import UnknownNameError
from core.evaluation import Condition
from core.policies import MODES

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
    with pytest.raises((BenchmarkError, UnknownNameError), match=message):
        Cell.parse(name)


def test_an_unknown_task_lists_the_tasks():
    with pytest.raises(UnknownNameError, match="unknown task 'fly'; tasks: "):
        replace(CELL, task="fly")


def test_a_training_tells_apart_all_that_decides_what_is_learned():
    others = [
        replace(CELL, regime="C"),
        replace(CELL, method="act_jepa"),
        replace(CELL, task="reach"),
        replace(CELL, demonstrations=50),
        replace(CELL, seed=1),
        replace(CELL, quick=True),
    ]
    assert len({cell.training.digest for cell in (CELL, *others)}) == 1 + len(others)
    assert replace(CELL).training == CELL.training
    for version in ("simulation", "learning"):
        raised = replace(CELL.training, **{version: getattr(CELL.training, version) + 1})
        assert raised != CELL.training
        assert raised.digest != CELL.training.digest


def test_a_training_is_read_as_it_is_written():
    values = json.loads(json.dumps(CELL.training.to_dict()))
    assert Training.from_dict(values) == CELL.training
    assert values["data"]["first_start"] == 20_000
    values["versions"]["learning"] += 1
    assert Training.from_dict(values) != CELL.training


def test_methods_that_are_the_same_share_a_training():
    full = Cell("B", "act_jepa", "push", 100, 0)
    assert replace(full, method="tau_0.996").training == full.training
    assert replace(full, method="tau_0.99").training != full.training


def test_trials_are_told_apart_and_read_as_they_are_written():
    trials = [
        Trial(),
        Trial(mode="nearest"),
        Trial(condition=Condition(noise=0.1)),
        Trial(episodes=100),
        Trial(first_seed=2_000_000),
        Trial(horizon=100),
        Trial(observer=False),
        Trial(decay=0.2),
    ]
    assert len(set(trials)) == len(trials)
    read = [Trial.from_dict(json.loads(json.dumps(trial.to_dict()))) for trial in trials]
    assert read == trials


def test_a_trial_has_the_versions_of_the_evaluation_and_of_its_mode():
    for name, mode in MODES.items():
        assert Trial(mode=name).versions == {
            "evaluation": versions.EVALUATION,
            "mode": mode.version,
        }

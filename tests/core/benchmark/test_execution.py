"""One real cell, from demonstrations to outcomes."""

import json

import pytest

from core.benchmark import Cell, Trial, execution
from core.benchmark.cell import Training
from core.benchmark.execution import CellJob
from core.evaluation import Condition, evaluate

CELL = Cell("C", "act_jepa", "reach", 4, 0, quick=True)
CLEAN = Trial(episodes=3, horizon=20)
NOISY = Trial(episodes=3, horizon=20, condition=Condition(noise=0.3))


@pytest.fixture(scope="module")
def told() -> list[tuple[float, str]]:
    return []


@pytest.fixture(scope="module")
def record(cache, told):
    job = CellJob(CELL, (NOISY, CLEAN))
    return job.run(cache, lambda share, note: told.append((share, note)))


def test_a_record_says_how_it_was_obtained(record):
    training = record["training"]
    assert Training.from_dict(training) == CELL.training
    assert training["configuration"]["training"]["seed"] == 0
    assert training["data"]["demonstrations"] == 4
    assert training["data"]["source"] == "scripted"
    assert training["updates"] == 16
    assert {"python", "torch", "mujoco"} <= set(training["software"])
    assert training["machine"]["cores"] >= 1
    json.dumps(record, allow_nan=False)


def test_trials_have_the_outcomes_of_their_starts(record):
    assert {Trial.from_dict(trial) for trial in record["trials"]} == {CLEAN, NOISY}
    for trial in record["trials"]:
        assert len(trial["outcomes"]) == trial["episodes"] == len(trial["steps"]) == 3
        assert trial["successes"] == trial["outcomes"].count("1")
        assert trial["first_seed"] == 1_000_000
        assert trial["versions"] == CLEAN.versions


def test_the_representation_is_measured(record):
    measures = record["training"]["measures"]
    assert 1 <= measures["effective_rank"] <= 32
    assert measures["probe"] <= 1
    assert measures["action_sensitivity"] > 0
    assert set(measures["prediction_error"]) == {"1", "2", "4", "8"}


@pytest.mark.usefixtures("record")
def test_progress_only_grows(told):
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert {"representation", "bc"} <= {note for _, note in told}


def test_a_trial_alone_takes_the_checkpoint_and_gives_the_same(record, cache):
    notes = []
    alone = CellJob(CELL, (NOISY,)).run(cache, lambda _, note: notes.append(note))
    assert set(notes) == {"bc"}  # nothing was trained
    both = {Trial.from_dict(trial): trial for trial in record["trials"]}
    assert alone["trials"][0]["steps"] == both[NOISY]["steps"]
    assert alone["training"] == record["training"]


def test_chunks_are_weighed_as_a_trial_chose(record, cache, monkeypatch):
    told = []

    def listening(*arguments, **named):
        told.append(named["options"])
        return evaluate(*arguments, **named)

    monkeypatch.setattr(execution, "evaluate", listening)
    usual, chosen = record["trials"], Trial(episodes=3, horizon=20, decay=5.0)
    assert all("decay" not in trial for trial in usual)
    trials = CellJob(CELL, (chosen, CLEAN)).run(cache, lambda *_: None)["trials"]
    assert told == [{"bc": {"decay": 5.0}}, {"bc": {}}]  # apart, though all else is the same
    (trial,) = (each for each in trials if "decay" in each)
    assert trial["decay"] == 5.0
    assert Trial.from_dict(trial) not in {Trial.from_dict(each) for each in usual}


def test_trained_again_it_is_the_same(record, cache):
    again = CellJob(CELL, (NOISY,), again=True).run(cache, lambda *_: None)
    assert again["training"]["losses"] == record["training"]["losses"]
    assert again["training"]["created"] >= record["training"]["created"]


def test_a_damaged_checkpoint_is_made_again(cache):
    folder = cache / "checkpoints" / CELL.training.digest
    (folder / "weights.safetensors").write_bytes(b"short")
    answer = CellJob(CELL, (CLEAN,)).run(cache, lambda *_: None)
    assert Trial.from_dict(answer["trials"][0]) == CLEAN

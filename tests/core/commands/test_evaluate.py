import csv
import json
import signal
from pathlib import Path

import pytest

from core.commands.evaluate import Evaluate, policy_options


@pytest.fixture(scope="module")
def checkpoint(run, demonstrations, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints") / "reach"
    small = ("--encoder.latent", 16, "--encoder.hidden", 24, "--belief.size", 16)
    result = run("train", demonstrations, "--out", folder, "--steps", 5, *small)
    assert result.returncode == 0, result.stderr
    return folder


def test_an_unknown_mode_is_wrong_usage_and_lists_the_modes(run, checkpoint):
    result = run("evaluate", checkpoint, "--mode", "guess")
    assert result.returncode == 2
    assert "unknown mode 'guess'; modes: bc, nearest, plan" in result.stderr


def test_a_mode_without_what_it_needs_is_left_out_unless_asked_for(run, demonstrations, tmp_path):
    folder = tmp_path / "passive"
    small = ("--encoder.latent", 16, "--encoder.hidden", 24, "--belief.size", 16)
    trained = run(
        *("train", demonstrations, "--out", folder, "--steps", 5, *small, "--loss.prediction", 0)
    )
    assert trained.returncode == 0, trained.stderr
    some = ("--episodes", 2, "--horizon", 5)
    result = run("evaluate", folder, *some, "--json", tmp_path / "r.json")
    assert result.returncode == 0, result.stderr
    assert (
        "latent planning is left out. The checkpoint was trained without the latent prediction loss"
        in result.stderr
    )
    rows = json.loads((tmp_path / "r.json").read_text())["rows"]
    assert [row["mode"] for row in rows] == ["bc", "nearest"]
    asked = run("evaluate", folder, *some, "--mode", "plan")
    assert asked.returncode == 1
    assert "Latent planning is not offered by this checkpoint" in asked.stderr


def test_table_json_csv_and_curves(run, checkpoint, tmp_path):
    result = run(
        *("evaluate", checkpoint, "--task", "reach", "--mode", "bc", "nearest"),
        *("--noise", 0, 0.3, "--episodes", 3, "--horizon", 15),
        *("--json", tmp_path / "r.json", "--csv", tmp_path / "r.csv"),
        *("--plot", tmp_path / "r.png"),
    )
    assert result.returncode == 0, result.stderr
    assert "reach: success by mode and sensor noise" in result.stdout
    assert result.stdout.count("/3") == 4
    values = json.loads((tmp_path / "r.json").read_text())
    assert [(row["mode"], row["noise"]) for row in values["rows"]] == [
        ("bc", 0.0),
        ("bc", 0.3),
        ("nearest", 0.0),
        ("nearest", 0.3),
    ]
    for row in values["rows"]:
        assert row["task"] == "reach"
        assert row["episodes"] == len(row["outcomes"]) == 3
        assert row["successes"] == sum(row["outcomes"])
        assert 0 <= row["interval"][0] <= row["interval"][1] <= 1
    provenance = values["provenance"]
    assert provenance["complete"] is True
    assert provenance["checkpoint"]["path"] == str(checkpoint)
    assert provenance["seeds"] == {"first": 1_000_000, "count": 3}
    with (tmp_path / "r.csv").open() as file:
        assert len(list(csv.DictReader(file))) == 4
    assert (tmp_path / "r.png").read_bytes().startswith(b"\x89PNG")


def test_conditions_and_solvers(run, checkpoint, tmp_path):
    file = tmp_path / "results.json"
    result = run(
        *("evaluate", checkpoint, "--mode", "plan", "--noise", "--condition", "dropout=0.5"),
        *("noise=0.3,delay=2", "--solver", "cem", "--episodes", 2, "--horizon", 20),
        *("--no-observer", "--json", file),
    )
    assert result.returncode == 0, result.stderr
    assert "noise=0.3,delay=2" in result.stdout
    content = json.loads(file.read_text())
    assert [row["condition"] for row in content["rows"]] == [
        {"dropout": 0.5},
        {"noise": 0.3, "delay": 2},
    ]
    assert content["provenance"]["observer"] is False
    wrong = run("evaluate", checkpoint, "--condition", "weather=1")
    assert wrong.returncode == 1
    assert "unknown disturbance 'weather'" in wrong.stderr


def test_every_mode_is_told_how_older_chunks_lose_weight(run, checkpoint):
    asked = Evaluate(checkpoint, mode=("bc", "plan"), solver="cem", decay=0.5)
    assert policy_options(asked, asked.mode) == {
        "bc": {"decay": 0.5},
        "plan": {"decay": 0.5, "solver": "cem"},
    }
    assert policy_options(Evaluate(checkpoint), ("nearest",)) == {"nearest": {}}
    for senseless in ("-1", "nan"):
        wrong = run("evaluate", checkpoint, "--decay", senseless)
        assert f"--decay is {senseless}; expected 0 or larger" in wrong.stderr


def test_results_come_again(run, checkpoint, tmp_path):
    rows = []
    for name in ("a.json", "b.json"):
        run(
            *("evaluate", checkpoint, "--mode", "bc", "--noise", 0.2, "--episodes", 4),
            *("--horizon", 40, "--json", tmp_path / name),
        )
        rows.append(json.loads((tmp_path / name).read_text())["rows"])
    assert rows[0] == rows[1]


def test_a_checkpoint_of_another_task_is_a_sentence(run, checkpoint):
    result = run("evaluate", checkpoint, "--task", "push", "--episodes", 1)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert "was trained on task 'reach', not 'push'" in result.stderr


def test_damaged_and_foreign_checkpoints_are_sentences(run, checkpoint, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in checkpoint.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    (copy / "weights.safetensors").write_bytes(b"short")
    for folder in (copy, tmp_path):
        result = run("evaluate", folder, "--episodes", 1)
        assert result.returncode == 1
        assert result.stderr.count("\n") == 1
        assert str(folder) in result.stderr


def test_senseless_settings_are_a_sentence(run, checkpoint):
    result = run("evaluate", checkpoint, "--noise", "-0.5")
    assert result.returncode == 1
    assert "noise is -0.5" in result.stderr


def test_ctrl_c_keeps_whole_batches(start, checkpoint, tmp_path):
    process = start(
        *("evaluate", checkpoint, "--mode", "bc", "--episodes", 100_000, "--horizon", 4),
        *("--json", tmp_path / "r.json"),
    )
    while "solved" not in (line := process.stderr.readline()):
        assert line
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert "interrupted" in stderr
    assert "Traceback" not in stderr
    values = json.loads((tmp_path / "r.json").read_text())
    assert values["provenance"]["complete"] is False
    assert 0 < values["rows"][0]["episodes"] < 100_000
    assert f"/{values['rows'][0]['episodes']}" in stdout.replace(" ", "")

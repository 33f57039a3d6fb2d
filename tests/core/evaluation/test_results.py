import csv
import json

import pytest

from core.data import StorageError
from core.evaluation import (
    Condition,
    Progress,
    Result,
    results_from_json,
    results_json,
    write_csv,
    write_json,
)

ROWS = (
    Result("push", "bc", 0.0, 1_000_000, (True, True, False, True), (50, 60, 200, 70)),
    Result("push", "plan", 0.0, 1_000_000, (True, False, False, False), (90, 200, 200, 200)),
    Result("push", "plan", 0.3, 1_000_000),
)


def test_counts_follow_from_outcomes():
    row = ROWS[0]
    assert (row.episodes, row.successes, row.rate) == (4, 3, 0.75)
    longer = row.extended([False], [200])
    assert (longer.episodes, longer.successes) == (5, 3)
    assert row.episodes == 4
    assert ROWS[2].interval == (0.0, 1.0)


def test_json_has_the_promised_shape(tmp_path):
    path = write_json(tmp_path / "deep" / "result.json", ROWS, {"command": "python -m core"})
    values = json.loads(path.read_text())
    assert values["provenance"] == {"command": "python -m core"}
    first = values["rows"][0]
    assert {key: first[key] for key in ("task", "mode", "noise", "episodes", "successes")} == {
        "task": "push",
        "mode": "bc",
        "noise": 0.0,
        "episodes": 4,
        "successes": 3,
    }
    low, high = first["interval"]
    assert 0 < low < 0.75 < high < 1
    assert first["outcomes"] == [True, True, False, True]
    assert values["rows"][2]["rate"] is None
    assert results_from_json(values) == ROWS


def test_comparisons_pair_modes_at_the_same_noise():
    comparisons = results_json(ROWS)["comparisons"]
    assert len(comparisons) == 1
    assert comparisons[0] | {"p_value": None} == {
        "task": "push",
        "noise": 0.0,
        "condition": {},
        "first": "bc",
        "second": "plan",
        "episodes": 4,
        "only_first": 2,
        "only_second": 0,
        "p_value": None,
    }
    assert comparisons[0]["p_value"] == 0.5


def test_csv_has_a_line_per_row(tmp_path):
    with write_csv(tmp_path / "result.csv", ROWS).open() as file:
        lines = list(csv.DictReader(file))
    assert len(lines) == 3
    assert lines[0]["successes"] == "3"
    assert lines[0]["rate"] == "0.7500"
    assert lines[2]["rate"] == ""


def test_files_are_whole_or_refused_with_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="part of this path is a file"):
        write_csv(tmp_path / "file" / "result.csv", ROWS)


def test_progress_tells_of_the_cell_that_ran_last():
    progress = Progress(ROWS, "plan", 0.0, 0.5, None)
    assert progress.result == ROWS[1]


def test_the_condition_goes_into_files_and_back():
    condition = Condition(noise=0.1, dropout=0.5)
    row = Result("push", "bc", 0.1, 0, (True,), (50,), condition)
    values = results_json([row, *ROWS])
    assert values["rows"][0]["condition"] == {"noise": 0.1, "dropout": 0.5}
    assert results_from_json(values) == (row, *ROWS)
    for old in values["rows"]:
        del old["condition"]  # files from before there were conditions
    assert results_from_json(values)[1:] == ROWS


def test_only_rows_under_the_same_condition_are_compared():
    rows = [
        Result("push", mode, 0.0, 0, (True, False), (50, 200), Condition(delay=delay))
        for mode, delay in (("bc", 0), ("plan", 3), ("bc", 3))
    ]
    (comparison,) = results_json(rows)["comparisons"]
    assert comparison["condition"] == {"delay": 3}

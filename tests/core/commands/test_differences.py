from pathlib import Path

RESULTS = Path(__file__).parents[3] / "docs" / "results"
DATA = ("differences", "--table", "data", "--compared-with", "raw_bc")


def test_the_published_tables_can_be_held_beside_another_row(run):
    result = run(
        "differences", "--table", "data", "--compared-with", "raw_bc", "--results", RESULTS
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("compared with raw BC, end to end") == 2
    row = next(line for line in result.stdout.splitlines() if line.startswith("| ACT-JEPA"))
    assert row.count("[") == 4  # a difference and its interval for each number of demonstrations


def test_without_results_it_says_so_in_one_sentence(run, tmp_path):
    missing = run(
        "differences", "--table", "data", "--compared-with", "raw_bc", "--results", tmp_path
    )
    assert missing.returncode == 2
    assert "--results" in missing.stderr
    (tmp_path / "cells").mkdir()
    empty = run(
        "differences", "--table", "data", "--compared-with", "raw_bc", "--results", tmp_path
    )
    assert empty.returncode == 2
    assert "nothing of table data" in empty.stderr

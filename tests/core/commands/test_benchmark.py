import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest

SMALL = ("--quick", "--regimes", "B", "--methods", "raw_bc", "act_jepa", "--tasks", "reach")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("benchmark")


@pytest.fixture(scope="module")
def places(folder):
    return ("--out", folder / "results", "--cache", folder / "cache", "--workers", 1)


@pytest.fixture(scope="module")
def first(run, places):
    result = run("benchmark", "--table", "main", *SMALL, *places)
    assert result.returncode == 0, result.stderr
    return result


def test_a_quick_run_makes_cells_tables_pictures_and_a_report(first, folder):
    results = folder / "results"
    written = [line.removeprefix("saved ") for line in first.stdout.splitlines()]
    assert str(results / "RESULTS.md") in written
    assert [path.name for path in (results / "cells").glob("*.jsonl")] == ["B.jsonl"]
    assert list(cells_of(results)) == ["B/act_jepa/reach/4/0", "B/raw_bc/reach/4/0"]
    assert "raw BC, end to end" in (results / "RESULTS.md").read_text()
    assert "it measures nothing" in (results / "RESULTS.md").read_text()
    assert json.loads((results / "main.json").read_text())["cells"]["there"] == 2
    assert "2 cells, 0 of them there already" in first.stderr


@pytest.mark.usefixtures("first")
def test_running_again_trains_nothing(run, places, folder):
    before = {p: p.stat().st_mtime_ns for p in (folder / "results" / "cells").iterdir()}
    result = run("benchmark", "--table", "main", *SMALL, *places)
    assert result.returncode == 0
    assert "2 cells, 2 of them there already" in result.stderr
    assert {p: p.stat().st_mtime_ns for p in before} == before


@pytest.mark.usefixtures("first")
def test_the_command_in_a_cell_makes_that_cell_alone(run, places, folder):
    before = cells_of(folder / "results")
    name = "B/raw_bc/reach/4/0"
    words = before[name]["command"].split()
    assert words[:4] == ["python", "-m", "core", "benchmark"]
    result = run(*words[3:], *places)
    assert result.returncode == 0, result.stderr
    after = cells_of(folder / "results")
    assert [each for each in after if after[each] != before[each]] == [name]
    assert after[name]["trials"][0]["outcomes"] == before[name]["trials"][0]["outcomes"]
    assert after[name]["training"]["losses"] == before[name]["training"]["losses"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--table", "magic"), "unknown table 'magic'; tables: main, noise,"),
        (("--methods", "magic"), "unknown method 'magic'; methods: raw_bc,"),
        (("--tasks", "fly"), "unknown task 'fly'; tasks: "),
        (("--regimes", "Z"), "unknown regime 'Z'; regimes: A, B, C"),
        (("--demos", "1"), "demonstrations is 1; expected at least 2"),
        (("--seeds", "0"), "seeds is 0; expected at least 1"),
        (("--workers", "0"), "--workers is 0; expected at least 1"),
        (("--cell", "B/raw_bc/reach/77/0"), "has no cell 'B/raw_bc/reach/77/0'; such as:"),
        (("--tasks", "lift"), "nothing of table main is left"),
    ],
)
def test_bad_input_is_a_sentence_before_anything_starts(run, tmp_path, options, message):
    places = ("--out", tmp_path / "results", "--cache", tmp_path / "cache")
    result = run("benchmark", *options, *places)
    assert result.returncode in (1, 2)
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert not list(tmp_path.rglob("*.hdf5"))


@pytest.mark.usefixtures("first")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_stopped_or_killed_it_keeps_finished_cells_and_goes_on(start, folder, run, tmp_path, how):
    command = (
        *("benchmark", "--quick", "--methods", "raw_bc", "act_jepa", "--tasks", "reach"),
        *("--out", tmp_path, "--cache", folder / "cache", "--workers", 1),
    )
    process = start(*command)
    while not cells_of(tmp_path):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    workers = children(process.pid)
    process.send_signal(how)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == (130 if how == signal.SIGINT else -signal.SIGKILL), stderr
    assert "Traceback" not in stderr
    assert ("interrupted; finished cells are kept" in stderr) == (how == signal.SIGINT)
    while any(Path(f"/proc/{pid}").exists() for pid in workers):
        time.sleep(0.02)  # they notice that nobody is there any more; the test's limit is ours
    done = len(cells_of(tmp_path))
    assert 0 < done < 6
    result = run(*command)
    assert result.returncode == 0, result.stderr
    assert f"6 cells, {done} of them there already" in result.stderr


def cells_of(results: Path) -> dict[str, Any]:
    """The records in a folder of results by name of the cell, in their order."""
    paths = sorted((results / "cells").glob("*.jsonl"))
    records = [json.loads(line) for path in paths for line in path.read_text().splitlines()]
    return {record["cell"]: record for record in records}


def children(pid: int) -> list[str]:
    """Processes that `pid` has started; none where the system does not tell."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return listed.read_text().split() if listed.exists() else []

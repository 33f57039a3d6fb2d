import json
import re
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from core.benchmark import Cell, Scope, Store, command_of_cell, make_table, write_report
from core.benchmark.methods import UPDATES
from core.benchmark.report import DISCUSSION, PAGE
from core.benchmark.tables import cells_of
from core.commands import main

PUBLISHED = Path(__file__).parents[3] / "docs" / "results"
SCOPE = Scope(demonstrations=10, seeds=1, episodes=6)


@pytest.fixture
def store(tmp_path, by_hand) -> Store:
    """Results of three methods in regime B, under everything that any table asks for."""
    store = Store(tmp_path / "cells")
    for name in ("main", "noise"):
        section = make_table(name, SCOPE).sections[1]
        for place, line in enumerate(section.lines):
            for column in section.columns:
                for cell, trial in cells_of(line, column, SCOPE):
                    solved = [(i + place) % 3 > 0 for i in range(6)]
                    store.keep(cell, by_hand(cell, {trial: solved}), "")
    return store


def write(store: Store, tmp_path, *tables: str) -> str:
    report = tmp_path / "RESULTS.md"
    write_report(store, SCOPE, tables, tmp_path / "results", report)
    return report.read_text()


def test_tables_come_as_json_markdown_and_pictures(store, tmp_path):
    write(store, tmp_path, "main", "noise")
    for name in ("main", "noise"):
        values = json.loads((tmp_path / "results" / f"{name}.json").read_text())
        assert values["provenance"]["versions"]["mujoco"]
        assert values["provenance"]["command"].startswith("python -m core benchmark --table")
        assert values["cells"]["wanted"] > values["cells"]["there"] > 0
        assert (tmp_path / "results" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    rows = json.loads((tmp_path / "results" / "main.json").read_text())["sections"][0]["rows"]
    row = next(row for row in rows if row["method"] == "autoencoder")
    assert row["entries"]["mean"]["reference"] == pytest.approx(0.627)
    assert row["entries"]["mean"]["comparison"]["seeds"][0]["p_value"] <= 1
    baseline = next(row for row in rows if row["baseline"])
    assert baseline["entries"]["mean"]["comparison"] is None


def test_the_report_shows_rates_the_reference_and_the_command_of_each_row(store, tmp_path):
    text = write(store, tmp_path, "main")
    line = next(line for line in text.split("\n") if line.startswith("| autoencoder + BC "))
    assert "66.7 [" in line
    assert line.rstrip(" |").endswith("84.0, 61.8, 42.3, 62.7")
    assert "--table main --regimes B --methods autoencoder --demos 10 --seeds 1" in text
    assert "](results/main.png)" in text
    assert "## Success with worse sensors" not in text  # nobody asked for it


def test_tables_of_before_stay_in_the_report(store, tmp_path):
    write(store, tmp_path, "noise")
    text = write(store, tmp_path, "main")
    assert "## Success with worse sensors" in text
    assert "## Success by method" in text


def test_the_discussion_is_included_and_kept(store, tmp_path):
    discussion = tmp_path / "results" / DISCUSSION
    discussion.parent.mkdir()
    discussion.write_text("## Discussion\n\nWhy this is so.\n")
    for _ in range(2):
        assert write(store, tmp_path, "main").rstrip().endswith("Why this is so.")
    assert discussion.read_text() == "## Discussion\n\nWhy this is so.\n"


def test_the_first_page_has_the_numbers_that_it_names(store, tmp_path):
    page = tmp_path / "results" / PAGE
    page.parent.mkdir()
    page.write_text(
        "## In one page\n\n{main B autoencoder: mean} and {main B autoencoder: mean ±}, noise "
        "{noise B raw_bc: σ 0.6}, difference {main B raw_bc: mean Δ}.\n\nNot measured: "
        "{main B act_jepa/plan: mean} {main B act_jepa: σ 0.6} {modes C raw_bc: clean}."
        "\n\n![picture](main.png)\n"
    )
    text = write(store, tmp_path, "main", "noise")
    assert "66.7 and 66.7 [44, 89], noise 66.7, difference +0.0 [" in text
    assert "Not measured: – – –." in text
    assert "![picture](results/main.png)" in text
    assert text.index("## In one page") < text.index("## Success by method")


def test_the_published_page_names_what_there_is():
    """A number that is not there would be a dash, as some entries of the table are."""
    page = (PUBLISHED / PAGE).read_text()
    begin, _, _ = (PUBLISHED.parent / "RESULTS.md").read_text().partition("## How to read")
    assert len(re.findall(r"^\| [^p-]", begin, re.MULTILINE)) == 8
    sentences = begin[begin.index("\n1. ") :]
    assert len(re.findall(r"^\d\. ", sentences, re.MULTILINE)) == 5
    assert "–" not in sentences
    assert "{" not in begin
    assert f"{UPDATES['training']['steps']:,} updates of everything" in page
    assert UPDATES["training"]["steps"] == UPDATES["training"]["head_steps"]


def test_the_report_begins_with_links_to_its_parts(store, tmp_path):
    discussion = tmp_path / "results" / DISCUSSION
    discussion.parent.mkdir()
    discussion.write_text("## What they say, frankly\n\nWhy this is so.\n")
    lines = write(store, tmp_path, "main").splitlines()
    contents = (
        "[Success by method](#success-by-method) · [Time](#time) · "
        "[What they say, frankly](#what-they-say-frankly)"
    )
    assert lines.index(contents) < lines.index("## Success by method")


def test_nothing_known_is_no_report(tmp_path):
    report = tmp_path / "RESULTS.md"
    written = write_report(Store(tmp_path / "none"), SCOPE, ["main"], tmp_path, report)
    assert written == []
    assert not report.exists()


def test_the_command_of_a_cell_names_it_and_its_size():
    words = shlex.split(command_of_cell(Cell("B", "raw_bc", "push", 10, 0), SCOPE))
    assert words[:4] == ["python", "-m", "core", "benchmark"]
    assert words[words.index("--cell") + 1] == "B/raw_bc/push/10/0"
    assert words[words.index("--demos") + 1] == "10"
    assert words[words.index("--again") + 1 :] == ["--out", "build/again"]


def test_a_section_has_as_many_seeds_as_most_of_its_entries(store, tmp_path, by_hand):
    three = replace(SCOPE, seeds=3)
    for line in make_table("main", three).sections[1].lines:
        for column in make_table("main", three).sections[1].columns:
            for cell, trial in cells_of(line, column, three):
                store.keep(cell, by_hand(cell, {trial: [True] * 6}), "")
    report = tmp_path / "RESULTS.md"
    write_report(store, three, ("main", "noise"), tmp_path / "results", report)
    main, noise = report.read_text().split("## Success with worse sensors")
    assert "memory (3 training seeds)" in main
    assert "memory (1 training seed)" in noise  # though its clean column could have three
    assert "--table noise --regimes B --methods raw_bc --demos 10 --seeds 1" in noise


def test_a_run_of_fewer_seeds_tells_all_that_is_known(tmp_path, by_hand):
    kept = Store(tmp_path / "cells")
    section = make_table("main", Scope()).sections[1]
    for cell, trial in cells_of(section.lines[0], section.columns[0], Scope()):
        kept.keep(cell, by_hand(cell, {trial: [True] * 200}), "")
    chosen = ("--regimes", "B", "--methods", "raw_bc", "--tasks", "reach", "--seeds", "1")
    places = ("--out", str(tmp_path), "--cache", str(tmp_path / "cache"))
    assert main(["benchmark", *chosen, *places]) == 0
    assert "(3 training seeds)" in (tmp_path / "RESULTS.md").read_text()

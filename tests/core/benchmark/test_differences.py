import pytest

from core.benchmark import Scope, Store, differences_markdown, make_table
from core.benchmark.tables import cells_of
from core.errors import UnknownNameError

SCOPE = Scope(demonstrations=10, seeds=2, episodes=6)
SOLVED = {"raw_bc": "111100", "autoencoder": "110000", "act_jepa_joint": "111111"}


@pytest.fixture
def results(tmp_path, by_hand) -> Store:
    """Three methods of regime B, alike in all columns and both trainings."""
    store = Store(tmp_path / "cells")
    section = make_table("noise", SCOPE).sections[1]
    for line in section.lines:
        for column in section.columns if line.method in SOLVED else ():
            for cell, trial in cells_of(line, column, SCOPE):
                solved = [mark == "1" for mark in SOLVED[line.method]]
                store.keep(cell, by_hand(cell, {trial: solved}), "")
    return store


def row_of(text: str, title: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"| {title} |"))
    return [cell.strip() for cell in line.strip("|").split("|")][1:]


def test_rows_stand_beside_the_one_that_is_named_in_every_column(results):
    table = make_table("noise", SCOPE)
    text = differences_markdown(table, "raw_bc", results, SCOPE)
    assert "compared with raw BC, end to end" in text
    lower = row_of(text, "autoencoder + BC")
    higher = row_of(text, "ACT-JEPA, inverse dynamics + BC, joint")
    assert len(lower) == len(table.sections[1].columns)
    assert all(each.startswith("−33.3 [") for each in lower)
    assert all(each.startswith("+33.3 [") for each in higher)
    assert set(row_of(text, "raw BC, end to end")) == {""}  # nothing beside itself


def test_another_row_may_be_the_one(results):
    text = differences_markdown(make_table("noise", SCOPE), "autoencoder", results, SCOPE)
    assert row_of(text, "raw BC, end to end")[0].startswith("+33.3 [")


def test_sections_of_which_nothing_is_known_are_left_out(results):
    text = differences_markdown(make_table("noise", SCOPE), "raw_bc", results, SCOPE)
    assert text.count("### ") == 1
    assert differences_markdown(make_table("modes", SCOPE), "act_jepa", results, SCOPE) == ""


def test_a_method_that_the_table_lacks_is_named_with_those_it_has(results):
    with pytest.raises(UnknownNameError, match="linear_head"):
        differences_markdown(make_table("noise", SCOPE), "linear_head", results, SCOPE)

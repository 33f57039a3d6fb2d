import pytest

from core.benchmark import Scope, Store, make_table, measure
from core.benchmark.charts import draw, make_figure
from core.benchmark.measured import MeasuredTable
from core.benchmark.tables import cells_of

SCOPE = Scope(demonstrations=10, seeds=1, episodes=4)


def known(store: Store, by_hand, name: str) -> MeasuredTable:
    """The table, with results of everything that it asks for."""
    table = make_table(name, SCOPE)
    for section in table.sections:
        for line in section.lines:
            for column in section.columns:
                for cell, trial in cells_of(line, column, SCOPE):
                    store.keep(cell, by_hand(cell, {trial: [True, False, True, True]}), "")
    return measure(table, store, SCOPE)


@pytest.fixture
def store(tmp_path) -> Store:
    return Store(tmp_path / "cells")


def test_a_line_looks_the_same_in_every_panel_and_the_legend_names_them_all(store, by_hand):
    table = known(store, by_hand, "noise")
    figure = make_figure(table)
    looks: dict[str, set[tuple[object, ...]]] = {}
    for panel in figure.axes:
        for curve in panel.get_lines():
            look = (curve.get_color(), curve.get_linestyle(), curve.get_marker())
            looks.setdefault(curve.get_label(), set()).add(look)
    titles = {line.line.title for section in table.known for line in section.lines}
    assert set(looks) == titles
    assert all(len(each) == 1 for each in looks.values())
    assert len(set.union(*looks.values())) == len(titles)  # and no two lines look alike
    (legend,) = figure.legends
    assert {text.get_text() for text in legend.get_texts()} == titles


def test_panels_that_name_other_lines_stand_below_each_other(store, by_hand, tmp_path):
    table = known(store, by_hand, "modes")
    panels = make_figure(table).axes
    assert len(panels) == len(table.known)
    tops = [panel.get_position().y1 for panel in panels]
    assert tops == sorted(tops, reverse=True)
    assert draw(table, tmp_path / "modes.png").read_bytes().startswith(b"\x89PNG")


def test_nothing_measured_is_no_picture(store, tmp_path):
    table = measure(make_table("main", SCOPE), store, SCOPE)
    assert make_figure(table) is None
    assert draw(table, tmp_path / "main.png") is None

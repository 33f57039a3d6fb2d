"""The list of earlier runs: many of them, ticked, resumed, and kept while nothing changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.pages.train.run_list import RunList
from app.widgets.long_list import SHOWN
from core.runs import CheckpointEntry


def entry(number, **values):
    described = {
        "task": "reach",
        "step": 100,
        "total_steps": 100,
        "created": "2026-01-02T03:04:05+00:00",
    }
    return CheckpointEntry(Path(f"/runs/run-{number}"), **(described | values))


@pytest.fixture
def runs(qtbot):
    widget = RunList()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_many_runs_are_shown_when_asked_for(runs):
    entries = [entry(number) for number in range(SHOWN + 5)]
    runs.show_runs(entries)
    assert len(runs.paths) == SHOWN
    assert runs._more.text() == "Show 5 older"
    runs._more.click()
    assert runs.paths == tuple(one.path for one in entries)
    assert not runs._more.isVisible()


def test_rows_stay_while_the_list_is_the_same(runs):
    runs.show_runs([entry(1), entry(2)])
    row = runs.row(entry(1).path)
    runs.show_runs([entry(1), entry(2)])
    assert runs.row(entry(1).path) is row


def test_each_ticked_run_has_a_line_style_of_its_own_and_keeps_it(runs):
    told = []
    runs.overlay_wanted.connect(lambda path, dash: told.append((path.name, dash)))
    runs.show_runs([entry(1), entry(2), entry(3)])
    for number in (1, 2):
        runs.row(entry(number).path).tick.click()
    runs.row(entry(1).path).tick.click()
    runs.row(entry(3).path).tick.click()
    assert told == [("run-1", 0), ("run-2", 1), ("run-3", 0)]
    gone = []
    runs.overlay_unwanted.connect(gone.append)
    runs.show_runs([entry(3)])
    assert gone == [entry(2).path]
    assert runs.row(entry(3).path).tick.isChecked()


def test_only_what_stopped_early_can_be_resumed(runs):
    runs.show_runs([entry(1), entry(2, step=40), entry(3, problem="it is broken")])
    offered = [not runs.row(path).resume_button.isHidden() for path in runs.paths]
    assert offered == [False, True, False]
    assert "stopped at 40 of 100 steps" in runs.row(entry(2).path).state.text()
    assert not runs.row(entry(3).path).tick.isEnabled()
    runs.set_may_resume(False)
    assert not runs.row(entry(2).path).resume_button.isEnabled()
    wanted = []
    runs.resume_wanted.connect(wanted.append)
    runs.set_may_resume(True)
    runs.row(entry(2).path).resume_button.click()
    assert wanted == [entry(2, step=40)]

"""Panels keep their width whatever the names of runs, tasks, files and selections."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from app.pages.compare.comparisons import Comparison
from core.data import Selections
from core.data.vetted.hdf5_file import VettedFile
from core.exchange import import_episodes
from core.exchange.robomimic import RobomimicSource
from core.runs import CheckpointEntry

LONG = "a_task_of_which_somebody_thought_that_its_name_must_tell_everything_there_is_to_say"
RUN = CheckpointEntry(
    Path(f"/runs/{LONG}"),
    task=LONG,
    step=50,
    total_steps=100,
    created="2026-01-02T03:04:05+00:00",
    preset="default",
)


@pytest.fixture
def window(open_window, tmp_path, qtbot):
    source = tmp_path / f"{LONG}.hdf5"
    with h5py.File(source, "w") as file:
        demonstration = file.create_group("data/demo_0")
        file["data"].attrs["env_args"] = json.dumps({"env_name": LONG, "type": 1, "env_kwargs": {}})
        demonstration.attrs["num_samples"] = 9
        demonstration["actions"] = np.random.default_rng(0).uniform(-1, 1, (9, 3))
        demonstration[f"obs/{LONG}"] = np.random.default_rng(0).normal(size=(9, 4))
        demonstration[f"obs/{LONG}_image"] = np.zeros((9, 8, 8, 3), np.uint8)
    with VettedFile(source, recording=False) as file:
        list(import_episodes(RobomimicSource(file), tmp_path / "workspace"))
    (tmp_path / "workspace" / "episodes" / f"{LONG}{LONG}.hdf5").write_bytes(b"nothing")
    assembled = open_window()
    Selections(assembled.studio.workspace).save(LONG[:60], [f"{LONG}-demo_0"], [])
    assembled.window.prepare_pages()
    qtbot.waitUntil(lambda: len(assembled.window.pages) == 5, timeout=60000)
    return assembled.window


def least(page):
    """Width below which something of a page's panel would be cut off [px]."""
    page.panel.layout().activate()
    return page.panel.minimumSizeHint().width()


def test_no_name_makes_a_panel_wider(window, qtbot):
    episodes, train = window.pages["Episodes"], window.pages["Train"]
    deploy, compare = window.pages["Deploy"], window.pages["Compare"]
    record = window.pages["Record"]
    widest = max(least(record), least(episodes))  # keys that are drawn, and six filters
    window.show_page("Episodes")
    qtbot.waitUntil(lambda: sum(not row.sample for row in episodes.table.rows) == 2, timeout=20000)
    for row in [row for row in episodes.table.rows if not row.sample]:
        episodes.table.choose(row.entry.identifier)
        assert LONG in episodes.controls.name.text()
        assert least(episodes) <= widest
    window.show_page("Train")
    picker = train.controls.picker
    qtbot.waitUntil(lambda: picker.task_box.findData(LONG) >= 0, timeout=20000)
    qtbot.waitUntil(lambda: not train.studio.background_work.busy, timeout=20000)
    train.controls.runs.show_runs([RUN])
    train.controls.set_devices((LONG,))
    compare.controls.show_checkpoints([RUN])
    comparison = Comparison(Path(f"/comparisons/{LONG}"), LONG, LONG, RUN.created)
    compare.controls.earlier.show_items([comparison])
    deploy.checkpoint.addItem(LONG)
    record.operator_card.chooser.addItem(LONG)
    QApplication.processEvents()  # what was added is hidden until then, and takes no place
    assert train.controls.runs.paths == (RUN.path,)
    assert {
        title: least(page) for title, page in window.pages.items() if least(page) > widest
    } == {}


def test_a_run_of_a_long_name_can_be_ticked(window, qtbot):
    runs = window.pages["Train"].controls.runs
    runs.show_runs([RUN])
    row = runs._rows[RUN.path]
    row.resize(200, 60)
    assert not row.grab().isNull()
    assert LONG in row.tick.toolTip()
    with qtbot.waitSignal(runs.overlay_wanted, timeout=1000):
        row.tick.click()

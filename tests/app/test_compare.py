"""The Compare page: a real evaluation in its own process, its curves, its files, its end."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import time
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QProcess
from PySide6.QtWidgets import QLabel, QPushButton, QSplitter

from app.pages.compare.comparisons import Comparison
from app.pages.compare.page import ComparePage
from app.pages.compare.success_curves import INTERPOLATED, MEASURED, OUTSIDE, cut
from app.studio import Studio
from app.widgets.elided import ElidedLabel
from core.evaluation import Result, results_from_json, wilson, write_json
from core.simulation import Condition, image_field


@pytest.fixture
def open_page(qtbot, tmp_path, settings, checkpoint):
    """Opens the page on a workspace with one policy; everything is closed at the end."""
    opened = []

    def make():
        workspace = tmp_path / "workspace"
        if not workspace.exists():
            shutil.copytree(checkpoint, workspace / "checkpoints" / "reach-1")
        studio = Studio(workspace, settings)
        page = ComparePage(studio)
        page.toasts, page.failures = [], []
        studio.toast_shown.connect(lambda *toast: page.toasts.append(toast[0]))
        studio.failure_shown.connect(lambda *failure: page.failures.append(failure))
        window = QSplitter()
        window.addWidget(page.center)
        window.addWidget(page.panel)
        window.resize(1200, 800)
        qtbot.addWidget(window)
        qtbot.addWidget(page)
        window.show()
        page.window_for_test = window
        opened.append((studio, page))
        qtbot.waitUntil(lambda: not studio.background_work.busy, timeout=30_000)
        return page

    yield make
    for studio, page in opened:
        page.close_down()
        studio.close_down()


@pytest.fixture
def page(open_page):
    return open_page()


def run(page, *, modes=("bc", "nearest"), noise="0, 0.3", episodes=4):
    for mode, box in page.controls.mode_boxes.items():
        box.setChecked(mode in modes)
    page.controls.noise_line.setText(noise)
    page.controls.episodes_box.setValue(episodes)
    page.controls.run_button.click()


def show_button(page, folder):
    """The button that shows the comparison in `folder`."""
    earlier = page.controls.earlier
    (name,) = (n for n in earlier.findChildren(ElidedLabel) if str(folder) in n.toolTip())
    return name.parentWidget().findChild(QPushButton)


def points(page, mode):
    """Noise levels and success rates [%] that are drawn for a mode."""
    plot = page.view.plot
    x, y = plot._curves[mode].points.getData()
    return x - plot._dodge(mode), y


def process_id(page):
    """Number of the evaluating process; 0 before it runs."""
    return page.worker.findChild(QProcess).processId()


def alive(number):
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def wait_done(page, qtbot, timeout=110_000):
    qtbot.waitUntil(lambda: not page.running, timeout=timeout)
    qtbot.waitUntil(lambda: not page.studio.background_work.busy, timeout=30_000)


def has_outcomes(page):
    return page.comparison is not None and any(row.outcomes for row in page.comparison.rows)


ROWS = tuple(
    Result("reach", mode, noise, 1_000_000, tuple(i < good for i in range(20)), (100,) * 20)
    for mode, goods in {"bc": (18, 9), "plan": (20, 2)}.items()
    for noise, good in zip((0.0, 0.4), goods, strict=True)
)


def saved_comparison(folder):
    source = {
        "checkpoint": {"path": "/somewhere/reach-1", "task": "reach"},
        "created": "2026-01-02T03:04:05+00:00",
        "complete": True,
    }
    write_json(folder / "results.json", ROWS, source)
    return folder


def test_only_modes_that_the_policy_offers_are_compared(page, qtbot, tmp_path):
    folder = tmp_path / "workspace" / "checkpoints" / "reach-1"
    assert page.controls.modes() == ("bc", "nearest", "plan")
    content = json.loads((folder / "checkpoint.json").read_text())
    content["configuration"]["loss"]["goal"] = 0.0
    (folder / "checkpoint.json").write_text(json.dumps(content))
    page.listing.reload()
    planning = page.controls.mode_boxes["plan"]
    qtbot.waitUntil(lambda: not planning.isEnabled(), timeout=30_000)
    assert page.controls.modes() == ("bc", "nearest")
    assert "without a goal map" in planning.toolTip()
    assert (
        "Latent planning is not offered. The checkpoint was trained without a goal map"
        in page.controls.about.text()
    )


@pytest.mark.timeout(180)
def test_a_comparison_fills_in_live_and_is_saved_whole(page, qtbot):
    run(page, episodes=20)
    number = process_id(page)
    qtbot.waitUntil(lambda: has_outcomes(page), timeout=110_000)
    partial = page.comparison.rows
    assert any(not row.outcomes for row in partial)
    drawn = {mode: len(points(page, mode)[0]) for mode in page.view.plot.modes}
    assert drawn["bc"] == sum(row.mode == "bc" and row.episodes > 0 for row in partial)
    wait_done(page, qtbot)
    assert page.failures == []
    rows = page.comparison.rows
    assert [(row.mode, row.noise, row.episodes) for row in rows] == [
        ("bc", 0.0, 20),
        ("bc", 0.3, 20),
        ("nearest", 0.0, 20),
        ("nearest", 0.3, 20),
    ]
    x, y = points(page, "bc")
    assert x == pytest.approx([0.0, 0.3])
    assert y == pytest.approx([100 * row.rate for row in rows[:2]])
    assert "Finished" in page.view.header.state.text()

    folder = page.comparison.folder
    content = json.loads((folder / "results.json").read_text())
    assert results_from_json(content) == rows
    assert content["provenance"]["complete"] is True
    assert "evaluate" in content["provenance"]["command"]
    assert content["rows"][0]["interval"] == pytest.approx(
        list(wilson(rows[0].successes, 20)), abs=1e-9
    )
    with (folder / "table.csv").open() as file:
        table = list(csv.DictReader(file))
    assert [int(line["successes"]) for line in table] == [row.successes for row in rows]
    assert (folder / "curves.png").read_bytes().startswith(b"\x89PNG")
    assert not alive(number)
    assert [c.folder for c in page.controls.earlier.items] == [folder]


@pytest.mark.timeout(180)
def test_what_disturbs_besides_noise_reaches_every_cell_and_the_command(page, qtbot):
    page.controls.disturbances.boxes["dropout"].setValue(0.5)
    page.controls.observer_box.setChecked(False)
    run(page, modes=("bc",), episodes=4)
    wait_done(page, qtbot)
    assert page.failures == []
    assert [str(row.condition) for row in page.comparison.rows] == [
        "dropout=0.5",
        "noise=0.3,dropout=0.5",
    ]
    content = json.loads((page.comparison.folder / "results.json").read_text())
    assert content["provenance"]["observer"] is False
    assert "--condition dropout=0.5 noise=0.3,dropout=0.5" in content["provenance"]["command"]
    assert (page.comparison.folder / "curves.png").stat().st_size > 10_000
    (listed,) = page.controls.earlier.items
    shown = show_button(page, listed.folder).parentWidget()
    texts = [label.text() for label in shown.findChildren(QLabel)]
    assert any("lost frames 0.5 of all" in text for text in texts)


def test_stop_ends_the_process_and_keeps_complete_batches(page, qtbot):
    run(page, modes=("bc",), noise="0, 0.3", episodes=80)
    number = process_id(page)
    qtbot.waitUntil(lambda: has_outcomes(page), timeout=110_000)
    page.controls.stop_button.click()
    wait_done(page, qtbot)
    assert not alive(number)
    assert "Stopped" in page.view.header.state.text()
    content = json.loads((page.comparison.folder / "results.json").read_text())
    assert content["provenance"]["complete"] is False
    done = [row["episodes"] for row in content["rows"]]
    assert 0 < sum(done) < 160
    assert all(count % 20 == 0 for count in done)


def test_a_window_that_closes_leaves_no_process(page, qtbot):
    run(page, modes=("bc",), noise="0", episodes=1000)
    qtbot.waitUntil(lambda: process_id(page) > 0, timeout=10_000)
    number = process_id(page)
    qtbot.wait(300)
    page.close_down()
    assert not alive(number)


def test_a_process_that_is_killed_is_told(page, qtbot):
    run(page)
    qtbot.waitUntil(lambda: process_id(page) > 0, timeout=10_000)
    os.kill(process_id(page), signal.SIGKILL)
    wait_done(page, qtbot)
    assert "broke off" in page.failures[0][0]
    assert "Failed" in page.view.header.state.text()
    assert page.controls.run_button.isVisible()


def test_a_damaged_policy_is_refused_in_a_sentence(page, qtbot, tmp_path):
    weights = tmp_path / "workspace" / "checkpoints" / "reach-1" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    run(page)
    wait_done(page, qtbot)
    assert "truncated" in page.failures[0][0]
    assert "Traceback" in page.failures[0][1]
    assert not page.comparison.folder.exists()


def test_slider_line_and_studio_are_always_at_the_same_noise(open_page, tmp_path):
    saved_comparison(tmp_path / "workspace" / "comparisons" / "one")
    page = open_page()
    show_button(page, tmp_path / "workspace" / "comparisons" / "one").click()
    studio, view = page.studio, page.view
    studio.set_noise(0.2)
    assert view.slider.value == 0.2
    assert view.plot.line.value() == pytest.approx(0.2)
    view.slider.slider.setValue(40)
    assert studio.noise == 0.4
    view.plot.line.setValue(0.1)
    view.plot.line.sigDragged.emit(view.plot.line)
    assert studio.noise == pytest.approx(0.1)
    assert view.slider.value == pytest.approx(0.1)
    assert [mode.kind for mode in view.cut.modes] == [INTERPOLATED, INTERPOLATED]
    studio.set_noise(0.0)


def test_a_camera_policy_is_compared_over_the_noise_of_its_images(page, qtbot, tmp_path):
    controls = page.controls
    assert not controls.noise_box.isVisibleTo(controls)
    controls.noise_box.setCurrentIndex(1)  # as another policy may have left it
    assert controls.varied == "noise"
    path = tmp_path / "workspace" / "checkpoints" / "reach-1" / "checkpoint.json"
    content = json.loads(path.read_text())
    content["spec"]["fields"].append(image_field("wrist").to_dict())
    content["spec"]["senses"].append("wrist_image")
    path.write_text(json.dumps(content))
    page.listing.reload()
    qtbot.waitUntil(lambda: controls.noise_box.isVisibleTo(controls), timeout=30_000)
    controls.noise_line.setText("0, 0.1")
    boxes = controls.disturbances.boxes
    boxes["pixel_noise"].setValue(0.4)  # hidden: its levels are above
    boxes["table_colour"].setValue(0.5)
    boxes["noise"].setValue(0.3)
    disturbed = Condition(noise=0.3, table_colour=0.5)
    assert controls.conditions() == (disturbed, disturbed.changed(pixel_noise=0.1))
    controls.noise_box.setCurrentIndex(0)
    controls.noise_box.activated.emit(0)
    disturbed = Condition(pixel_noise=0.4, table_colour=0.5)
    assert controls.conditions() == (disturbed, disturbed.changed(noise=0.1))


def test_results_over_image_noise_are_drawn_over_it(open_page, tmp_path):
    rows = tuple(
        replace(row, noise=0.0, condition=Condition(pixel_noise=row.noise)) for row in ROWS
    )
    page = open_page()
    page.studio.set_noise(0.3)
    page.show_comparison(Comparison(tmp_path / "one", "reach-1", "reach", rows=rows))
    view, studio = page.view, page.studio
    assert view.slider.value == studio.image_noise == 0.0
    assert "image noise" in view.plot.heading.text()
    np.testing.assert_allclose(points(page, "bc")[0], [0.0, 0.4])
    assert [view.table.item(row, 1).text() for row in range(4)] == ["0.00", "0.40"] * 2
    view.slider.set_value(0.4)
    assert (studio.noise, studio.image_noise) == (0.3, 0.4)
    assert [mode.kind for mode in view.cut.modes] == [MEASURED, MEASURED]
    assert page.comparison.about == "Reach"
    page.show_comparison(Comparison(tmp_path / "two", "reach-1", "reach", rows=ROWS))
    assert view.slider.value == 0.3 and "sensor noise" in view.plot.heading.text()
    studio.set_noise(0.0)
    studio.set_image_noise(0.0)


def test_a_cut_says_what_is_measured_and_what_is_not():
    bc, plan = cut(ROWS, 0.4)
    assert (bc.kind, bc.rate, bc.episodes) == (MEASURED, 0.45, 20)
    assert (bc.low, bc.high) == wilson(9, 20)
    bc, plan = cut(ROWS, 0.1)
    assert plan.kind == INTERPOLATED
    assert plan.rate == pytest.approx(0.75 * 1.0 + 0.25 * 0.1)
    assert plan.low == pytest.approx(0.75 * wilson(20, 20)[0] + 0.25 * wilson(2, 20)[0])
    assert cut(ROWS, 0.41)[0].kind == OUTSIDE
    assert cut([Result("reach", "bc", 0.0, 0)], 0.0)[0].kind == OUTSIDE


def test_an_earlier_comparison_is_shown_again_and_exported_anew(open_page, tmp_path, qtbot):
    folder = saved_comparison(tmp_path / "workspace" / "comparisons" / "one")
    (tmp_path / "workspace" / "comparisons" / "bad").mkdir()
    (tmp_path / "workspace" / "comparisons" / "bad" / "results.json").write_text("{")
    page = open_page()
    listed = {one.name: one for one in page.controls.earlier.items}
    assert listed["bad"].problem is not None
    assert not show_button(page, listed["bad"].folder).isEnabled()
    show_button(page, folder).click()
    assert page.comparison.rows == ROWS
    assert page.view.table.item(0, 2).text() == "18 / 20"
    assert page.view.table.item(3, 3).text() == "10 %"
    for kind, name in (("csv", "table.csv"), ("png", "curves.png"), ("json", "results.json")):
        (folder / name).unlink(missing_ok=True)
        page.controls.export_buttons[kind].click()
        qtbot.waitUntil(lambda: not page.studio.background_work.busy, timeout=30_000)
        assert (folder / name).stat().st_size > 100
    assert results_from_json(json.loads((folder / "results.json").read_text())) == ROWS


def test_a_disk_that_refuses_an_export_is_told(open_page, tmp_path, qtbot):
    folder = saved_comparison(tmp_path / "workspace" / "comparisons" / "one")
    page = open_page()
    show_button(page, folder).click()
    shutil.rmtree(folder)
    folder.write_text("a file where the folder was")
    page.controls.export_buttons["csv"].click()
    qtbot.waitUntil(lambda: bool(page.failures), timeout=30_000)
    assert "one" in page.failures[0][0]


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "at least one"), ("0, lots", "lots"), ("0, 1.5", "between 0 and 1"), ("-0.1", "between")],
)
def test_noise_levels_that_make_no_sense_are_named(page, text, problem):
    page.controls.noise_line.setText(text)
    assert problem in page.controls.problem.text()
    assert not page.controls.run_button.isEnabled()
    page.run()
    assert not page.running


def test_without_a_mode_or_a_policy_the_page_says_what_to_do(open_page, tmp_path, page):
    for box in page.controls.mode_boxes.values():
        box.setChecked(False)
    page.controls.mode_boxes["bc"].clicked.emit()
    assert "at least one mode" in page.controls.problem.text()
    shutil.rmtree(tmp_path / "workspace" / "checkpoints")
    empty = open_page()
    assert not empty.controls.run_button.isEnabled()
    assert "Train a policy first" in empty.controls.about.text()
    wanted = []
    empty.studio.page_wanted.connect(wanted.append)
    empty.view.empty.pressed.emit()
    assert wanted == ["Train"]


def test_a_click_in_the_plot_moves_the_noise(open_page, tmp_path):
    folder = saved_comparison(tmp_path / "workspace" / "comparisons" / "one")
    page = open_page()
    show_button(page, folder).click()
    page.view.plot.grab()

    class Click:
        def scenePos(self):
            return page.view.plot.plot.vb.mapViewToScene(QPointF(0.25, 50.0))

    page.view.plot._clicked(Click())
    assert page.studio.noise == pytest.approx(0.25)
    page.studio.set_noise(0.0)


def test_redrawing_while_the_noise_moves_is_quick(open_page, tmp_path):
    folder = saved_comparison(tmp_path / "workspace" / "comparisons" / "one")
    page = open_page()
    show_button(page, folder).click()
    began = time.thread_time()
    for hundredth in range(0, 40, 2):
        page.studio.set_noise(hundredth / 100)
    assert (time.thread_time() - began) / 20 < 0.05  # measured 3 ms
    page.studio.set_noise(0.0)

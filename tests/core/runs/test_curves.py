"""Curves beside a checkpoint: written whole, read back, and never in the way of the weights."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from core.data import StorageError
from core.learning import Report, measure_collapse
from core.runs.curves import FILE, KEPT_POINTS, CurveHistory, RunCurves, losses_of, report_values


def report(step, loss=1.0, collapse=None):
    return Report(
        step, 100, "joint", {"total": loss, "action": 0.5}, 1e-3, 0.99, 7.0, 2.0, collapse
    )


def test_what_was_written_is_read_back(tmp_path):
    curves = RunCurves()
    measures = measure_collapse(torch.randn(40, 4), torch.linspace(0, 1, 40))
    for step in range(1, 11):
        curves.add(
            report(step, math.nan if step == 5 else 1 / step, measures if step % 5 == 0 else None)
        )
    curves.write(tmp_path)
    read = RunCurves.read(tmp_path).points()
    assert set(read) == set(curves.points())
    steps, values = read["loss.total"]
    assert steps.tolist() == list(range(1, 11))
    assert np.isnan(values[4])
    assert values[9] == pytest.approx(0.1)
    assert read["effective_rank"][0].tolist() == [5, 10]
    assert read["sigreg"][1][0] == pytest.approx(measures.sigreg, rel=1e-4)
    assert read["correlation"][1][0] == pytest.approx(measures.correlation, rel=1e-4)
    assert set(losses_of(read)) == {"total", "action"}


def test_a_resumed_run_goes_on_in_the_same_curves(tmp_path):
    curves = RunCurves()
    curves.add(report(1))
    curves.write(tmp_path)
    again = RunCurves.read(tmp_path)
    again.add(report(2))
    assert again.points()["loss.total"][0].tolist() == [1, 2]


def test_a_long_run_stays_a_small_file(tmp_path):
    curves = RunCurves()
    for step in range(5 * KEPT_POINTS):
        curves.add(report(step, 1 / (step + 1)))
    path = curves.write(tmp_path)
    assert path.stat().st_size < 400_000
    steps = RunCurves.read(tmp_path).points()["loss.total"][0]
    assert steps[0] == 0 and steps[-1] == 5 * KEPT_POINTS - 1


def test_no_file_means_no_curves_and_a_damaged_one_is_told(tmp_path):
    assert RunCurves.read(tmp_path).points() == {}
    for damage in ("", "[]", '{"curves": {"a": {"steps": [1], "values": [1, 2]}}}', "[" * 100_000):
        (tmp_path / FILE).write_text(damage)
        with pytest.raises(StorageError, match="weights beside them"):
            RunCurves.read(tmp_path)


def test_a_disk_that_refuses_is_told_and_leaves_no_half_file(tmp_path):
    curves = RunCurves()
    curves.add(report(1))
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        curves.write(tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_every_number_of_a_report_has_a_curve():
    values = report_values(report(3))
    assert values == {
        "loss.total": 1.0,
        "loss.action": 0.5,
        "learning_rate": 1e-3,
        "tau": 0.99,
        "steps_per_second": 7.0,
    }


def test_points_come_back_in_order():
    history = CurveHistory(16)
    for step in range(10):
        history.append(step, step**2)
    assert history.x.tolist() == list(range(10))
    assert history.y.tolist() == [step**2 for step in range(10)]


def test_a_long_run_keeps_its_beginning_and_its_latest_points():
    history = CurveHistory(64)
    for step in range(10_000):
        history.append(step, -step)
    assert len(history) <= 64
    assert history.x[0] == 0
    assert history.x[-4:].tolist() == [9996, 9997, 9998, 9999]
    assert np.all(np.diff(history.x) > 0)
    assert np.array_equal(history.y, -history.x)


def test_replacing_thins_to_the_capacity():
    history = CurveHistory(8)
    history.replace(np.arange(100), np.arange(100) * 2.0)
    assert len(history) <= 8
    assert np.array_equal(history.y, history.x * 2)
    history.replace([], [])
    assert len(history) == 0


def test_the_nearest_point_is_read_at_a_place():
    history = CurveHistory(8)
    assert np.isnan(history.value_at(3))
    history.replace([0, 10, 20], [1.0, 2.0, 3.0])
    assert [history.value_at(x) for x in (-5, 4, 6, 14, 99)] == [1, 1, 2, 2, 3]


def test_lengths_that_differ_are_refused():
    with pytest.raises(ValueError, match="as long as"):
        CurveHistory().replace([1, 2], [1])
    with pytest.raises(ValueError, match="at least 4"):
        CurveHistory(1)

"""A curve keeps the whole run in bounded memory."""

from __future__ import annotations

import numpy as np
import pytest

from app.jobs.curve_history import CurveHistory


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

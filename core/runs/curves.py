"""The curves of a training run, kept in a small file beside its weights."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.data import StorageError, commit
from core.files import read_table

if TYPE_CHECKING:
    from core.learning import Report

FILE = "curves.json"
"""Name of the file in the folder of the run."""
VERSION = 1
"""Raised when an older program could not read it."""
KEPT_POINTS = 1024
"""Points kept of each curve: more than a plot has pixels, and a file of 200 kB."""
LARGEST_FILE = 16 * 2**20
"""A larger file was not written by this program [bytes]."""

LOSS = "loss."
"""Prefix of the names of loss terms; the other curves are measures."""

HELD_OUT = "held-out "
"""Prefix of the names of loss terms on demonstrations that are not trained on."""

Points = tuple[np.ndarray, np.ndarray]
"""Steps and values of one curve, each (n,)."""


class CurveHistory:
    """Owns the (x, y) points of a curve and never more than `capacity` of them.

    A ring buffer would forget how a run began, which is what a loss curve is read for. When this
    one is full it drops every second point instead, so that the whole run stays and the latest
    part keeps every point.
    """

    def __init__(self, capacity: int = 4096) -> None:
        """`capacity` in points, at least 4. Raises `ValueError` below that."""
        if capacity < 4:
            raise ValueError(f"a curve keeps at least 4 points, not {capacity}")
        self._points = np.empty((2, capacity))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def append(self, x: float, y: float) -> None:
        """Add one point; `y` may be NaN or infinite."""
        if self._count == self._points.shape[1]:
            kept = self._points[:, ::2]
            self._points[:, : kept.shape[1]] = kept.copy()
            self._count = kept.shape[1]
        self._points[:, self._count] = x, y
        self._count += 1

    def replace(self, x: ArrayLike, y: ArrayLike) -> None:
        """Hold exactly these points, thinned evenly to the capacity.

        Raises `ValueError` if `x` and `y` differ in length.
        """
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        if x.shape != y.shape or x.ndim != 1:
            raise ValueError(f"x and y have to be as long as one another, not {x.shape}, {y.shape}")
        stride = max(1, -(-len(x) // self._points.shape[1]))
        self._count = len(x[::stride])
        self._points[0, : self._count] = x[::stride]
        self._points[1, : self._count] = y[::stride]

    @property
    def x(self) -> NDArray[np.float64]:
        """Abscissae so far, as a view (n,)."""
        return self._points[0, : self._count]

    @property
    def y(self) -> NDArray[np.float64]:
        """Values so far, as a view (n,)."""
        return self._points[1, : self._count]

    def value_at(self, x: float) -> float:
        """The value of the point nearest to `x`; NaN if there is none."""
        if not self._count:
            return float("nan")
        right = int(np.searchsorted(self.x, x))
        near = [index for index in (right - 1, right) if 0 <= index < self._count]
        best = min(near, key=lambda index: abs(self.x[index] - x))
        return float(self.y[best])


@dataclass
class RunCurves:
    """Grows with each report of a trainer; written to and read from `curves.json`."""

    histories: dict[str, CurveHistory] = field(default_factory=dict)
    """By name: ``loss.total`` and the other terms, then the measures."""

    def add(self, report: Report) -> None:
        """Add the numbers of `report`."""
        for name, value in report_values(report).items():
            if name not in self.histories:
                self.histories[name] = CurveHistory(KEPT_POINTS)
            self.histories[name].append(report.step, value)

    def points(self) -> dict[str, Points]:
        """Steps and values of each curve."""
        return {name: (h.x.copy(), h.y.copy()) for name, h in self.histories.items()}

    def write(self, folder: Path) -> Path:
        """Write the file into `folder`, whole or not at all. Raises `StorageError`."""
        curves = {
            name: {
                "steps": [int(step) for step in history.x],
                "values": [_short(value) for value in history.y],
            }
            for name, history in self.histories.items()
        }
        path = folder / FILE
        commit(path, json.dumps({"version": VERSION, "curves": curves}).encode())
        return path

    @classmethod
    def read(cls, folder: Path) -> RunCurves:
        """The curves in `folder`, none if it has no file of them.

        Raises `StorageError` if the file cannot be read or does not make sense.
        """
        path = folder / FILE
        try:
            curves = cls()
            for name, points in read_table(path, LARGEST_FILE)["curves"].items():
                values = [math.nan if value is None else value for value in points["values"]]
                history = CurveHistory(KEPT_POINTS)
                history.replace(points["steps"], values)
                curves.histories[str(name)] = history
        except FileNotFoundError:
            return cls()
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise StorageError(
                f"the curves in {path} cannot be read ({error}); the weights beside them still can",
                path,
            ) from error
        return curves


def report_values(report: Report) -> dict[str, float]:
    """The numbers of a report by the name of their curve."""
    values = {f"{LOSS}{name}": value for name, value in report.losses.items()}
    values |= {
        "learning_rate": report.learning_rate,
        "tau": report.tau,
        "steps_per_second": report.steps_per_second,
    }
    if report.collapse is not None:
        for name in ("standard_deviation", "effective_rank", "sigreg", "correlation"):
            values[name] = getattr(report.collapse, name)
    if report.held_out is not None:
        values |= {f"{LOSS}{HELD_OUT}{name}": value for name, value in report.held_out.items()}
    if report.measures is not None:
        values["probe"] = report.measures.probe
        if "prediction" in report.losses:
            values["action_sensitivity"] = report.measures.action_sensitivity
            errors = report.measures.prediction_error
            values |= {f"prediction_error_{steps}": error for steps, error in errors.items()}
    return values


def _short(value: float) -> float | None:
    """Five figures are more than a plot shows; what is not finite is null in JSON."""
    return float(f"{value:.5g}") if math.isfinite(value) else None


def losses_of(curves: Mapping[str, Any]) -> dict[str, Any]:
    """The loss terms among `curves`, by their own names."""
    return {name[len(LOSS) :]: value for name, value in curves.items() if name.startswith(LOSS)}

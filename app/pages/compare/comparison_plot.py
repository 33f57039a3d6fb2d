"""Success over sensor noise, one curve a mode, with 95% intervals and the line of the slider."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPen

from app.pages.compare.success_curves import curve_of, level, modes_of, noise_of
from app.theme.theme import current_theme
from app.widgets.controls import column, empty_layout, label, row
from app.widgets.elided import ElidedLabel
from app.widgets.modes import find_mode, mode_color, mode_title
from app.widgets.painted import LineSample
from app.widgets.plot import PlotFrame, curve_pen
from core.simulation.disturbances import IMAGE_NOISE, SENSOR_NOISE

if TYPE_CHECKING:
    from core.evaluation import Result

WORDS = {
    SENSOR_NOISE: ("sensor noise", "standard deviations"),
    IMAGE_NOISE: ("image noise", "part of a pixel's range"),
}
"""What each noise is called, and its unit."""
BAND_OPACITY = 38
"""Of 255: three bands over one another leave each curve readable."""
DODGE = 0.006
"""Sideways distance between modes, as a part of the axis: equal results stay apart."""


class _Curve(NamedTuple):
    low: pg.PlotCurveItem
    high: pg.PlotCurveItem
    band: pg.FillBetweenItem
    bars: pg.ErrorBarItem
    line: pg.PlotDataItem
    points: pg.ScatterPlotItem


class ComparisonPlot(PlotFrame):
    """Curves that fill in while an evaluation runs; points that still grow are hollow.

    The vertical line stands at the shared noise; it can be dragged, and a click moves it.
    """

    noise_chosen = Signal(float)
    """The line was moved to this σ."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Result, ...] = ()
        self._planned = 0
        self._noise = SENSOR_NOISE
        self._curves: dict[str, _Curve] = {}
        tip = (
            "<p>Share of starts solved, with 95% Wilson intervals. All modes and levels get the "
            "same starts and the same noise. Hollow points still grow.</p>"
        )
        self._legend = row(spacing=4)
        self.heading = label("", "heading", tip=tip)
        head = row(self.heading, 1, self._legend)
        self.plot.setLabel("left", "success [%]")
        self.plot.getAxis("left").setWidth(64)
        self.plot.setMouseEnabled(x=False, y=False)
        self.plot.setYRange(-3, 103, padding=0)
        self.plot.vb.setLimits(yMin=-3, yMax=103)
        self.plot.getAxis("left").setTicks([[(v, f"{v}") for v in range(0, 101, 20)]])
        self.line = pg.InfiniteLine(angle=90, movable=True, bounds=(0.0, 1.0))
        self.line.setZValue(20)
        self.line.setCursor(Qt.CursorShape.SizeHorCursor)
        self.line.sigDragged.connect(self._dragged)
        self.label = pg.InfLineLabel(self.line, text="σ {value:.2f}", position=0.96)
        self.plot.addItem(self.line, ignoreBounds=True)
        self.view.scene().sigMouseClicked.connect(self._clicked)
        column(head, (self.view, 1), spacing=4, margins=(12, 8, 12, 8), inside=self)
        self.apply_theme()
        self.set_noise(0.0)

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes that have a curve."""
        return tuple(self._curves)

    def show_rows(self, rows: Sequence[Result], planned: int) -> None:
        """Draw what there is of each row; `planned` episodes make a row complete."""
        self._rows, self._planned, self._noise = tuple(rows), planned, noise_of(rows)
        what, unit = WORDS[self._noise]
        self.heading.setText(f"Success over {what}")
        self.plot.setLabel("bottom", f"{what} σ [{unit}]")
        modes = modes_of(rows)
        if tuple(modes) != self.modes:
            self._make_curves(modes)
        for mode, curve in self._curves.items():
            self._draw(mode, curve)
        self.plot.setXRange(0.0, self._span, padding=0.03)
        levels = sorted({level(row, self._noise) for row in rows})
        ticks = [[(v, f"{v:g}") for v in levels]] if 0 < len(levels) <= 12 else None
        self.plot.getAxis("bottom").setTicks(ticks)

    def set_noise(self, sigma: float) -> None:
        """Put the line at σ."""
        self.line.setValue(sigma)

    def apply_theme(self) -> None:
        theme = current_theme()
        self.line.setPen(curve_pen(theme.color("text"), width=1))
        self.line.setHoverPen(curve_pen(theme.color("accent"), width=2))
        self.label.setColor(theme.color("text"))
        self.label.fill = pg.mkBrush(theme.color("raised"))
        self._make_curves(self.modes)
        self.show_rows(self._rows, self._planned)

    @property
    def _span(self) -> float:
        """The highest noise level, or 1 before there is any."""
        return max((level(row, self._noise) for row in self._rows), default=1.0) or 1.0

    def _dodge(self, mode: str) -> float:
        modes = self.modes
        return DODGE * self._span * (modes.index(mode) - (len(modes) - 1) / 2)

    def _make_curves(self, modes: Sequence[str]) -> None:
        for curve in self._curves.values():
            for item in curve:
                self.plot.removeItem(item)
        self._curves = {mode: self._make_curve(mode) for mode in modes}
        empty_layout(self._legend)
        for mode in modes:
            self._legend.addSpacing(8)
            self._legend.addWidget(LineSample(partial(mode_pen, mode)))
            self._legend.addWidget(ElidedLabel(mode_title(mode), "caption"))

    def _make_curve(self, mode: str) -> _Curve:
        color, entry = mode_color(mode), find_mode(mode)
        soft = QColor(color)
        soft.setAlpha(BAND_OPACITY)
        low, high = pg.PlotCurveItem(pen=None), pg.PlotCurveItem(pen=None)
        curve = _Curve(
            low=low,
            high=high,
            band=pg.FillBetweenItem(low, high, brush=pg.mkBrush(soft)),
            bars=pg.ErrorBarItem(pen=mode_pen(mode)),
            line=pg.PlotDataItem(pen=mode_pen(mode), antialias=True),
            points=pg.ScatterPlotItem(symbol=entry.symbol if entry is not None else "d", size=9),
        )
        for depth, item in enumerate(curve):
            item.setZValue(depth)
            self.plot.addItem(item)
        return curve

    def _draw(self, mode: str, curve: _Curve) -> None:
        rows = curve_of(self._rows, mode, self._noise)
        noise = np.array([level(row, self._noise) for row in rows]) + self._dodge(mode)
        rate = np.array([100 * row.rate for row in rows])
        bounds = np.array([[100 * end for end in row.interval] for row in rows]).reshape(-1, 2)
        color = mode_color(mode)
        ground = current_theme().color("plot_background")
        curve.low.setData(noise, bounds[:, 0])
        curve.high.setData(noise, bounds[:, 1])
        curve.line.setData(noise, rate)
        curve.bars.setData(
            x=noise,
            y=rate,
            top=bounds[:, 1] - rate,
            bottom=rate - bounds[:, 0],
            beam=DODGE * self._span,
        )
        full = [row.episodes >= self._planned for row in rows]
        curve.points.setData(
            x=noise,
            y=rate,
            brush=[pg.mkBrush(color if done else ground) for done in full],
            pen=pg.mkPen(color, width=1.5),
        )

    def _dragged(self) -> None:
        self.noise_chosen.emit(round(float(self.line.value()), 2))

    def _clicked(self, event: object) -> None:
        position = event.scenePos()  # type: ignore[attr-defined]  # pyqtgraph's MouseClickEvent
        if self.plot.vb.sceneBoundingRect().contains(position):
            sigma = float(self.plot.vb.mapSceneToView(position).x())
            self.noise_chosen.emit(round(min(1.0, max(0.0, sigma)), 2))


def mode_pen(mode: str) -> QPen:
    """The pen for the curve of a mode in the current theme."""
    return curve_pen(mode_color(mode))

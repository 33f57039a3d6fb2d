"""How every plot of the window looks: pens, axes and numbers, from the present theme."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPen

from app.theme.theme import Theme

DASHES = (
    Qt.PenStyle.DashLine,
    Qt.PenStyle.DotLine,
    Qt.PenStyle.DashDotLine,
    Qt.PenStyle.DashDotDotLine,
)
"""Line styles of earlier runs. Colour says which quantity, the dash says which run."""

FADED = 170
"""Opacity of earlier runs, of 255."""

LOG_TICK_ROOM = 24
"""Least distance between two numbers of a logarithmic axis [px]."""

SMALLEST = (120, 72)
"""Least width and height of a plot with its axes [px]."""

LEFT_AXIS_WIDTH = 60
"""Width of the value axis, the same everywhere so that plots below one another align [px]."""


class ValueAxis(pg.AxisItem):
    """An axis whose logarithmic ticks stay readable whether it spans half a decade or ten."""

    def tickValues(self, lowest: float, highest: float, size: float) -> list[tuple[float, Any]]:
        if not self.logMode:
            return list(super().tickValues(lowest, highest, size))
        decades = np.arange(math.floor(lowest), math.ceil(highest) + 1)
        room = max(2.0, size / LOG_TICK_ROOM)
        if highest - lowest > room:
            decades = decades[:: math.ceil(len(decades) / room)]
        parts = (1,) if highest - lowest > room / 3 else (1, 2, 5)
        values = [exponent + math.log10(part) for exponent in decades for part in parts]
        return [(1.0, [value for value in values if lowest <= value <= highest])]

    def logTickStrings(self, values: Any, scale: float, spacing: float) -> list[str]:  # noqa: ARG002
        return [_power(value) for value in values]


class PlotView(pg.PlotWidget):
    """A plot without menus; a double click lets the axes follow the data again."""

    left = Signal()
    """The mouse has left the plot."""

    def sizeHint(self) -> QSize:
        """Small, so that layouts share space out by their own stretch factors."""
        return QSize(*SMALLEST)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.getPlotItem().enableAutoRange()
        event.accept()


def make_plot() -> PlotView:
    """An empty plot with thin axes, a value grid and no buttons of its own."""
    axes = {"left": ValueAxis("left"), "bottom": pg.AxisItem("bottom")}
    view = PlotView(axisItems=axes, enableMenu=False)  # its menus are half of what it costs
    plot = view.getPlotItem()
    plot.hideButtons()
    plot.showGrid(x=False, y=True, alpha=0.25)
    plot.setContentsMargins(0, 4, 8, 0)
    for side in ("left", "bottom"):
        axis = plot.getAxis(side)
        axis.enableAutoSIPrefix(False)
        axis.setStyle(tickLength=-4, tickTextOffset=4, maxTickLevel=1)
    plot.getAxis("left").setWidth(LEFT_AXIS_WIDTH)
    plot.vb.setDefaultPadding(0.04)
    view.setMinimumSize(*SMALLEST)
    view.setFrameShape(view.Shape.NoFrame)
    return view


def style_plot(view: PlotView, theme: Theme) -> None:
    """Give background, axes and numbers of a plot the colours of `theme`."""
    view.setBackground(theme.color("plot_background"))
    for side in ("left", "bottom"):
        axis = view.getPlotItem().getAxis(side)
        axis.setPen(pg.mkPen(theme.color("line"), width=1))
        axis.setTickPen(pg.mkPen(theme.color("muted"), width=1))
        axis.setTextPen(pg.mkPen(theme.color("muted")))
        axis.setTickFont(theme.font("small"))
        axis.label.setFont(theme.font("small"))


def series_color(theme: Theme, index: int) -> QColor:
    """The colour of curve `index`; -1 is the text colour, for the sum of the others."""
    if index < 0:
        return theme.color("text")
    return QColor(theme.series[index % len(theme.series)])


def curve_pen(color: QColor, dash: int | None = None, *, width: float = 1.0) -> QPen:
    """A pen for a curve; with a `dash` it is that of an earlier run, faded and broken."""
    if dash is None:
        return pg.mkPen(color, width=width)
    color = QColor(color)
    color.setAlpha(FADED)
    return pg.mkPen(color, width=width, style=DASHES[dash % len(DASHES)])


def format_value(value: float) -> str:
    """A measured value with three significant figures, as short as that can be said."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    if value != 0 and not 1e-3 <= size < 1e6:
        mantissa, exponent = f"{value:.1e}".split("e")
        return f"{mantissa}e{int(exponent)}".replace("-", "−")
    digits = max(0, 2 - math.floor(math.log10(size))) if size > 0 else 2
    return f"{value:,.{digits}f}".replace("-", "−")


def format_seconds(seconds: float | None) -> str:
    """A time as people say it: `45 s`, `1:05 min`, `2:03 h`; a dash if it is not known."""
    if seconds is None or not math.isfinite(seconds):
        return "–"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes}:{rest:02d} min"
    return f"{minutes // 60}:{minutes % 60:02d} h"


def _power(exponent: float) -> str:
    """10 to the `exponent` as a short number for an axis."""
    value = 10.0**exponent
    if 1e-3 <= value < 1e4:
        return f"{value:.3g}"
    return f"{value:.0e}".replace("e-0", "e−").replace("e-", "e−").replace("e+0", "e")

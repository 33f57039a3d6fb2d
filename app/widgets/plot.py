"""The plot that every page draws its curves in, with pens and axes of the current theme."""

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPen
from PySide6.QtWidgets import QFrame

from app.theme.theme import Themed, current_theme

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


class PlotView(pg.PlotWidget, Themed):
    """A plot with thin axes, a value grid, and neither menus nor buttons.

    A double click lets the axes follow the data again.
    """

    left = Signal()
    """The mouse has left the plot."""

    def __init__(self) -> None:
        axes = {"left": ValueAxis("left"), "bottom": pg.AxisItem("bottom")}
        super().__init__(axisItems=axes, enableMenu=False)  # menus are half of what it costs
        plot = self.getPlotItem()
        plot.hideButtons()
        plot.showGrid(x=False, y=True, alpha=0.25)
        plot.setContentsMargins(0, 4, 8, 0)
        for axis in self._axes():
            axis.enableAutoSIPrefix(False)
            axis.setStyle(tickLength=-4, tickTextOffset=4, maxTickLevel=1)
        plot.getAxis("left").setWidth(LEFT_AXIS_WIDTH)
        plot.vb.setDefaultPadding(0.04)
        self.setMinimumSize(*SMALLEST)
        self.setFrameShape(self.Shape.NoFrame)
        self.apply_theme()

    def apply_theme(self) -> None:
        theme = current_theme()
        self.setBackground(theme.color("plot_background"))
        for axis in self._axes():
            axis.setPen(pg.mkPen(theme.color("line"), width=1))
            axis.setTickPen(pg.mkPen(theme.color("muted"), width=1))
            axis.setTextPen(pg.mkPen(theme.color("muted")))
            axis.setTickFont(theme.font("small"))
            axis.label.setFont(theme.font("small"))
            if axis.labelText:
                axis.setLabel(axis.labelText, color=theme.muted)

    def sizeHint(self) -> QSize:
        """Small, so that layouts share space out by their own stretch factors."""
        return QSize(*SMALLEST)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.left.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.getPlotItem().enableAutoRange()
        event.accept()

    def _axes(self) -> tuple[pg.AxisItem, ...]:
        return tuple(self.getPlotItem().getAxis(side) for side in ("left", "bottom"))


class PlotFrame(QFrame, Themed):
    """Base of the plots of a page: a `view` in a frame, which what is derived lays out."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "plot")
        self.view = PlotView()
        self.plot = self.view.getPlotItem()


def curve_pen(color: QColor, dash: int | None = None, *, width: float = 1.0) -> QPen:
    """A pen for a curve; with a `dash` it is that of an earlier run, faded and broken."""
    if dash is None:
        return pg.mkPen(color, width=width)
    color = QColor(color)
    color.setAlpha(FADED)
    return pg.mkPen(color, width=width, style=DASHES[dash % len(DASHES)])


def _power(exponent: float) -> str:
    """10 to the `exponent` as a short number for an axis."""
    value = 10.0**exponent
    if 1e-3 <= value < 1e4:
        return f"{value:.3g}"
    return f"{value:.0e}".replace("e-0", "e−").replace("e-", "e−").replace("e+0", "e")

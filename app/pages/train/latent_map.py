"""The latent space seen from above: two principal components, coloured by progress."""

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtGui import QBrush, QColor, QPainter, QShowEvent

from app.pages.train.redraw_turns import RedrawTurns
from app.theme.theme import Theme, current_theme
from app.widgets.controls import column, label, row
from app.widgets.painted import Painted
from app.widgets.plot import PlotFrame

SHADES = 32
"""Shades of progress; more cannot be distinguished, and each costs a brush."""
DARK_STOPS = ("#3f7fd0", "#8f9bab", "#f6dc55")
LIGHT_STOPS = ("#123a86", "#77808c", "#d8a200")
POINT_SIZE = 5
"""Diameter of a point [px]."""


def progress_colors(theme: Theme, count: int = SHADES) -> list[QColor]:
    """From blue at the start over grey to yellow at the end of an episode.

    Every common kind of colour vision distinguishes blue from yellow, and lightness rises all
    the way, as in cividis (Nuñez et al., 2018), whose own blue would sink into a dark ground.
    """
    stops = DARK_STOPS if theme.dark else LIGHT_STOPS
    table = pg.ColorMap(None, [QColor(stop) for stop in stops]).map(np.linspace(0, 1, count))
    return [QColor(int(red), int(green), int(blue), 230) for red, green, blue, *_ in table]


class LatentMap(PlotFrame):
    """Points of the latent space; the shade goes from an episode's start to its end."""

    redraw_interval = 0.5
    """Least time between two redraws [s]."""

    def __init__(self, *, turns: RedrawTurns | None = None) -> None:
        super().__init__()
        self.points: NDArray[np.floating] = np.empty((0, 2))
        """The points shown, (n, 2)."""
        self._progress: NDArray[np.floating] = np.empty(0)
        self._dirty = False
        self._turns = turns or RedrawTurns(self)
        tip = (
            "<p>The first two principal components of the latents of the demonstrations. A latent "
            "that has learned the task draws episodes as strands from start to end; one that has "
            "collapsed is a point or a line.</p>"
        )
        scale = (label("start", "caption"), _ProgressScale(), label("end", "caption"))
        head = row(label("Latent map", "heading", tip=tip), 1, *scale)
        self.plot.showGrid(x=False, y=False)
        for side in ("left", "bottom"):
            self.plot.hideAxis(side)
        self.plot.vb.setAspectLocked(True)
        self._scatter = pg.ScatterPlotItem(size=POINT_SIZE, pen=None, pxMode=True)
        self.plot.addItem(self._scatter)
        column(head, (self.view, 1), spacing=4, margins=(12, 8, 8, 8), inside=self)
        self.apply_theme()

    def set_points(self, points: NDArray[np.floating], progress: NDArray[np.floating]) -> None:
        """Show `points` (n, 2) with their `progress` (n,) in [0, 1] through their episodes.

        Principal axes have no sign of their own: each is turned the way it was before, so that
        the map moves on instead of flipping over. Points that are not finite are left out.
        """
        points = np.asarray(points, dtype=float)
        progress = np.asarray(progress, dtype=float)
        finite = np.isfinite(points).all(axis=1) & np.isfinite(progress)
        points, progress = points[finite], progress[finite]
        if points.shape == self.points.shape:
            agreement = (points * self.points).sum(axis=0)
            points = points * np.where(agreement < 0, -1.0, 1.0)
        self.points, self._progress = points, progress
        self._dirty = True
        self._turns.ask(self)

    def clear(self) -> None:
        """Show no points."""
        self.set_points(np.empty((0, 2)), np.empty(0))

    def apply_theme(self) -> None:
        self._brushes = np.array(
            [QBrush(color) for color in progress_colors(current_theme())], dtype=object
        )
        self._dirty = True
        self.redraw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._turns.ask(self)

    def redraw(self) -> None:
        """Draw the newest points, if the map can be seen."""
        if not self._dirty or not self.isVisible():
            return
        shade = np.clip((self._progress * SHADES).astype(int), 0, SHADES - 1)
        self._scatter.setData(
            x=self.points[:, 0], y=self.points[:, 1], brush=self._brushes[shade], pen=None
        )
        self._dirty = False


class _ProgressScale(Painted):
    """The shades from the start to the end of an episode."""

    def sizeHint(self) -> QSize:
        return QSize(2 * SHADES, 8)

    def draw(self, painter: QPainter) -> None:
        top = (self.height() - 8) // 2
        for index, color in enumerate(progress_colors(current_theme())):
            left, right = (place * self.width() // SHADES for place in (index, index + 1))
            painter.fillRect(left, top, right - left, 8, color)

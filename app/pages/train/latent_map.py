"""The latent space seen from above: two principal components, coloured by progress."""

from collections.abc import Mapping

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QSize, Qt, Slot
from PySide6.QtGui import QBrush, QColor, QKeyEvent, QPainter, QShowEvent
from PySide6.QtWidgets import QFrame

from app.pages.train.redraw_turns import RedrawTurns
from app.theme.theme import Theme, current_theme
from app.widgets.camera_images import CAPTION, CameraImages, image_of
from app.widgets.controls import column, configure, label, row
from app.widgets.painted import Painted
from app.widgets.plot import PlotFrame

SHADES = 32
"""Shades of progress; more cannot be distinguished, and each costs a brush."""
DARK_STOPS = ("#3f7fd0", "#8f9bab", "#f6dc55")
LIGHT_STOPS = ("#123a86", "#77808c", "#d8a200")
POINT_SIZE = 5
"""Diameter of a point [px]."""
RING_SIZE = 13
"""Diameter of the ring around the point whose picture is shown [px]."""
NEAR = 10.0
"""Largest distance from the mouse to the point that it means [px]."""
PICTURE = 84
"""Width and height of the picture of a point [px]."""
FRAME = 6
"""Between pictures, and around them [px]."""
STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
"""Keys that go to the point before and after."""


def progress_colors(theme: Theme, count: int = SHADES) -> list[QColor]:
    """From blue at the start over grey to yellow at the end of an episode.

    Every common kind of colour vision distinguishes blue from yellow, and lightness rises all
    the way, as in cividis (Nuñez et al., 2018), whose own blue would sink into a dark ground.
    """
    stops = DARK_STOPS if theme.dark else LIGHT_STOPS
    table = pg.ColorMap(None, [QColor(stop) for stop in stops]).map(np.linspace(0, 1, count))
    return [QColor(int(red), int(green), int(blue), 230) for red, green, blue, *_ in table]


class LatentMap(PlotFrame):
    """Points of the latent space; the shade goes from an episode's start to its end.

    Of a policy with cameras it shows the images of the point under the mouse. With the focus, the
    arrow keys go through the points in the order of their episodes, and Escape ends that.
    """

    redraw_interval = 0.5
    """Least time between two redraws [s]."""

    def __init__(self, *, turns: RedrawTurns | None = None) -> None:
        super().__init__()
        self.points: NDArray[np.floating] = np.empty((0, 2))
        """The points shown, (n, 2)."""
        self._progress: NDArray[np.floating] = np.empty(0)
        self._rows: NDArray[np.integer] = np.empty(0, int)
        self._pictures: Mapping[str, NDArray[np.uint8]] = {}
        self.chosen: int | None = None
        """Index of the point whose picture is shown; None: of none."""
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
        self._ring = pg.ScatterPlotItem(size=RING_SIZE, brush=None, pxMode=True)
        self.plot.addItem(self._scatter)
        self.plot.addItem(self._ring)
        column(head, (self.view, 1), spacing=4, margins=(12, 8, 8, 8), inside=self)
        self.picture = configure(QFrame(self), visible=False)
        self.picture.setProperty("role", "plot")
        self.picture.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.images = CameraImages(smooth=False, margin=FRAME)
        column(self.images, margins=(1, 1, 1, 1), inside=self.picture)
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.scene().sigMouseMoved.connect(self._mouse_moved)
        self.view.left.connect(lambda: self.choose(None))
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
        self._rows = np.flatnonzero(finite)
        if points.shape == self.points.shape:
            agreement = (points * self.points).sum(axis=0)
            points = points * np.where(agreement < 0, -1.0, 1.0)
        self.points, self._progress = points, progress
        self._dirty = True
        self._turns.ask(self)

    def set_pictures(self, pictures: Mapping[str, NDArray[np.uint8]]) -> None:
        """Pictures of the rows {camera: (n, height, width, 3)} in the order of the points."""
        self._pictures = pictures
        policy = Qt.FocusPolicy.StrongFocus if pictures else Qt.FocusPolicy.NoFocus
        self.setFocusPolicy(policy)
        self.choose(None)

    def choose(self, index: int | None) -> None:
        """Show the picture of a point; None: of none."""
        count = len(self.points)
        known = index is not None and bool(self._pictures) and count > 0
        self.chosen = min(max(index, 0), count - 1) if index is not None and known else None
        self._show_chosen()

    def clear(self) -> None:
        """Show no points."""
        self.set_points(np.empty((0, 2)), np.empty(0))
        self.set_pictures({})

    def apply_theme(self) -> None:
        self._brushes = np.array(
            [QBrush(color) for color in progress_colors(current_theme())], dtype=object
        )
        self._ring.setPen(pg.mkPen(current_theme().color("text"), width=1.5))
        self._dirty = True
        self.redraw()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in STEPS and self._pictures:
            self.choose(0 if self.chosen is None else self.chosen + STEPS[key])
        elif key == Qt.Key.Key_Escape and self.chosen is not None:
            self.choose(None)
        else:
            super().keyPressEvent(event)

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
        self._show_chosen()

    @Slot(object)
    def _mouse_moved(self, position: QPointF) -> None:
        """Choose the point nearest to the mouse, if there is one near it."""
        if not self._pictures or not len(self.points):
            return
        place = self.plot.vb.mapSceneToView(position)
        away = (self.points - (place.x(), place.y())) / self.plot.vb.viewPixelSize()
        distances = np.hypot(*away.T)
        nearest = int(distances.argmin())
        self.choose(nearest if distances[nearest] <= NEAR else None)

    def _show_chosen(self) -> None:
        """Put the ring around the chosen point, and its picture into the corner away from it."""
        if self.chosen is None or self.chosen >= len(self.points):
            self._ring.clear()
            self.picture.hide()
            return
        x, y = self.points[self.chosen]
        self._ring.setData(x=[x], y=[y])
        row = self._rows[self.chosen]
        shown = [(name, image_of(rows[row])) for name, rows in self._pictures.items()]
        self.images.show_images(tuple(shown))
        width = len(shown) * (PICTURE + FRAME) + FRAME
        self.picture.resize(min(width, self.width()), PICTURE + CAPTION + 2 * FRAME)
        self.picture.move(self._free_corner(QPointF(x, y)))
        self.picture.show()
        self.picture.raise_()

    def _free_corner(self, point: QPointF) -> QPoint:
        """Where the picture covers nothing of the ring around `point`, if that can be."""
        on_view = self.view.mapFromScene(self.plot.vb.mapViewToScene(point))
        at = self.view.mapTo(self, on_view)
        ring = QRect(0, 0, RING_SIZE, RING_SIZE)
        ring.moveCenter(at)
        place = self.view.geometry().adjusted(0, FRAME, 0, 0)
        size = self.picture.size()
        right, bottom = place.right() - size.width(), place.bottom() - size.height()
        corners = [QPoint(x, y) for y in (place.top(), bottom) for x in (right, place.left())]
        free = [corner for corner in corners if not QRect(corner, size).intersects(ring)]
        return (free or corners)[0]


class _ProgressScale(Painted):
    """The shades from the start to the end of an episode."""

    def sizeHint(self) -> QSize:
        return QSize(2 * SHADES, 8)

    def draw(self, painter: QPainter) -> None:
        top = (self.height() - 8) // 2
        for index, color in enumerate(progress_colors(current_theme())):
            left, right = (place * self.width() // SHADES for place in (index, index + 1))
            painter.fillRect(left, top, right - left, 8, color)

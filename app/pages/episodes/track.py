"""The clickable part of a timeline: curves, the playhead, and the part to keep."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.pages.episodes.signals import Lane, lanes_of
from app.theme.theme import Themed, current_theme
from app.widgets.controls import configure
from app.widgets.painted import RIGHT, fill_box, write
from core.data import Episode

NAMES = (64, 136)
"""Least and largest width of the lanes' names [px]."""
GRASP = 7
"""Distance from an end of the kept part at which a press takes hold of it [px]."""


class Track(QWidget, Themed):
    """Draws an episode once, and what moves over it: a press scrubs, an end can be dragged."""

    scrubbed = Signal(int)
    """A person moved the playhead to this step."""
    range_changed = Signal(int, int)
    """A person marked another part to keep: its first step, and the first one after it."""

    def __init__(self) -> None:
        super().__init__()
        self._length = 0
        self._bands: tuple[tuple[np.ndarray, str], ...] = ()
        self.lanes: tuple[Lane, ...] = ()
        """What is plotted."""
        self.step = 0
        """Where the playhead stands."""
        self.range = (0, 0)
        """The part to keep: its first step, and the first one after it."""
        self._held = ""
        self._names = NAMES[0]
        self._drawn: QPixmap | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        configure(self, minimumHeight=72, mouseTracking=True, accessibleName="Timeline")

    def show_episode(self, episode: Episode | None) -> None:
        """Draw another episode; None draws nothing."""
        self.setEnabled(episode is not None)
        self._length, self.lanes, self._bands = 0, (), ()
        if episode is not None:
            self._length, self.lanes = len(episode), lanes_of(episode)
            self._bands = ((episode.rewards > 0, "good"), (episode.interventions, "warning"))
        self.step = 0
        self.range = (0, self._length)
        self._names = self._width_of_names()
        self.apply_theme()

    def set_step(self, step: int) -> None:
        """Move the playhead without emitting `scrubbed`."""
        if step != self.step:
            self.step = step
            self.update()

    def set_range(self, start: int, stop: int) -> None:
        """Mark another part to keep; at least one step."""
        start = max(0, min(self._length - 1, start))
        stop = max(start + 1, min(self._length, stop))
        if (start, stop) != self.range:
            self.range = (start, stop)
            self.update()
            self.range_changed.emit(start, stop)

    def apply_theme(self) -> None:
        self._drawn = None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, 96)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._drawn = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._held = self._end_at(event.position().x())
            self._drag(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().x()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._drag(x)
        else:
            shapes = Qt.CursorShape
            self.setCursor(shapes.SizeHorCursor if self._end_at(x) else shapes.PointingHandCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_PageUp: -20,
            Qt.Key.Key_PageDown: 20,
        }
        key = Qt.Key(event.key())
        if key in steps:
            self._go(self.step + steps[key])
        elif key == Qt.Key.Key_BracketLeft:
            self.set_range(self.step, self.range[1])
        elif key == Qt.Key.Key_BracketRight:
            self.set_range(self.range[0], self.step + 1)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 — Qt's signature
        if not self._length:
            return
        if self._drawn is None:
            self._drawn = self._draw()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn)
        area = self._area()
        start, stop = self._x(self.range[0]), self._x(self.range[1] - 1)
        shade = current_theme().color("panel")
        shade.setAlpha(190)
        painter.fillRect(QRectF(area.left(), area.top(), start - area.left(), area.height()), shade)
        painter.fillRect(QRectF(stop, area.top(), area.right() - stop, area.height()), shade)
        accent = current_theme().color("accent")
        for x, side in ((start, 1.0), (stop, -1.0)):
            painter.fillRect(QRectF(x - 1, area.top(), 2, area.height()), accent)
            for y in (area.top(), area.bottom() - 3):
                painter.fillRect(QRectF(min(x, x + 6 * side), y, 6, 3), accent)
        head = self._x(self.step)
        painter.fillRect(
            QRectF(head - 1, area.top() - 4, 2, area.height() + 8), current_theme().color("text")
        )
        painter.end()

    # inside

    def _draw(self) -> QPixmap:
        """The curves: they change with the episode, the size and the theme only."""
        ratio = self.devicePixelRatioF()
        made = QPixmap(self.size() * ratio)
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        fill_box(painter, area, "background")
        height = (area.height() - 4) / max(1, len(self.lanes))
        for number, lane in enumerate(self.lanes):
            place = QRectF(area.left(), area.top() + number * height, area.width(), height)
            self._draw_lane(painter, place, lane)
        self._draw_bands(painter, area)
        painter.end()
        return made

    def _draw_lane(self, painter: QPainter, place: QRectF, lane: Lane) -> None:
        theme = current_theme()
        name = QRectF(0, place.top(), self._names - 8, place.height())
        middle = Qt.TextElideMode.ElideMiddle
        write(painter, name, lane.title, "muted", RIGHT, font="small", elide=middle)
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(place.bottomLeft(), place.bottomRight())
        inner = place.adjusted(0, 3, 0, -3)
        for number, (_, values) in enumerate(lane.curves):
            share = (np.nan_to_num(values) - lane.low) / (lane.high - lane.low)
            heights = inner.bottom() - np.clip(share, 0.0, 1.0) * inner.height()
            steps, heights = _thinned(heights, 2 * round(inner.width()))
            points = [
                QPointF(self._x(i), y)
                for i, y in zip(steps.tolist(), heights.tolist(), strict=True)
            ]
            painter.setPen(QPen(theme.series_color(lane.color + number), 1.3))
            if len(points) > 1:
                painter.drawPolyline(QPolygonF(points))

    def _draw_bands(self, painter: QPainter, area: QRectF) -> None:
        """Where success held, and where a person had taken over."""
        for (mask, role), top in zip(self._bands, (area.bottom() - 4, area.top()), strict=True):
            for first, last in _runs(mask):
                left = self._x(first) - 1
                cell = QRectF(left, top, self._x(last) - left + self._width() + 0.5, 4)
                painter.fillRect(cell, current_theme().color(role))

    def _width_of_names(self) -> int:
        metrics = QFontMetrics(current_theme().font("small"))
        widest = max((metrics.horizontalAdvance(lane.title) for lane in self.lanes), default=0)
        return max(NAMES[0], min(NAMES[1], widest + 12))

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(self._names, 6, -6, -6)

    def _width(self) -> float:
        return self._area().width() / max(1, self._length - 1)

    def _x(self, step: int) -> float:
        return self._area().left() + step * self._width()

    def _end_at(self, x: float) -> str:
        """Which end of the kept part lies under the pointer; the playhead wins where it stands."""
        ends = {"start": self._x(self.range[0]), "stop": self._x(self.range[1] - 1)}
        near = min(ends, key=lambda name: abs(ends[name] - x))
        return near if abs(ends[near] - x) <= GRASP else ""

    def _drag(self, x: float) -> None:
        step = round((x - self._area().left()) / self._width())
        if self._held == "start":
            self.set_range(min(step, self.range[1] - 1), self.range[1])
        elif self._held == "stop":
            self.set_range(self.range[0], max(step + 1, self.range[0] + 1))
        self._go(step)

    def _go(self, step: int) -> None:
        step = max(0, min(self._length - 1, step))
        if step != self.step:
            self.set_step(step)
            self.scrubbed.emit(step)


def _thinned(values: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Steps and values (N,) of a curve; of a longer one than `most` the least and the largest of
    each part, which look the same: a hundred thousand points would take seconds to paint."""
    if len(values) <= most:
        return np.arange(len(values)), values
    starts = np.linspace(0, len(values), max(1, most // 2), endpoint=False).astype(int)
    both = np.stack([np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)], 1)
    return np.repeat(starts, 2), both.ravel()


def _runs(mask: np.ndarray) -> list[tuple[int, int]]:
    """First and last step of each stretch in which `mask` (T,) holds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]])))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]

"""The commands of the last seconds, and who gave them."""

from collections import deque
from itertools import groupby

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from app.theme.theme import current_theme
from app.widgets.controls import configure, every
from app.widgets.modes import mode_color, short_title
from app.widgets.painted import Painted, write

SHOWN = 200
"""Control steps that are shown: ten seconds."""
REDRAW = 100
"""Time between two drawings [ms]."""
_LANES = (("Move", (0, 1, 2)), ("Turn", (3, 4, 5)), ("Grip", (6,)))
_AXES = ("x", "y", "z")
_LEFT = 64.0
_RIGHT = 16.0
_TOP = 28.0
_FOOT = 22.0
_BAND = 6.0
PERSON = ("gamepad", "keyboard")
"""Drivers that are a person's devices."""


class CommandStrip(Painted):
    """Three lanes: motion, turning and gripper; the band below them shows who drove.

    New steps come at the right. Nothing is drawn while nothing comes.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        configure(self, windowTitle="Commands of the last ten seconds", minimumHeight=128)
        self._commands: deque[tuple[float, ...]] = deque(maxlen=SHOWN)
        self._drivers: deque[str] = deque(maxlen=SHOWN)
        self._dirty = False
        every(REDRAW, self._redraw, self)

    def add(self, command: tuple[float, ...], driver: str) -> None:
        """Append one control step; `driver` is a device, a mode, or "" for no one."""
        self._commands.append(command)
        self._drivers.append(driver)
        self._dirty = True

    def draw(self, painter: QPainter) -> None:
        theme = current_theme()
        self._draw_key(painter)
        values = np.array(self._commands, dtype=np.float64).reshape(-1, 7)
        width = self.width() - _LEFT - _RIGHT
        height = max(8.0, (self.height() - _TOP - _FOOT) / len(_LANES))
        for number, (title, columns) in enumerate(_LANES):
            lane = QRectF(_LEFT, _TOP + number * height, width, height - 8)
            self._draw_lane(painter, lane, title)
            for place, column in enumerate(columns):
                color = theme.series_color(-1 if column == 6 else place)
                self._draw_curve(painter, lane, values[:, column], color)
        self._draw_band(painter, QRectF(_LEFT, self.height() - _FOOT + 2, width, _BAND))

    def _redraw(self) -> None:
        if self._dirty and self.isVisible():
            self._dirty = False
            self.update()

    def _draw_key(self, painter: QPainter) -> None:
        """Names of the colours, on the right above the lanes: axes are lines, drivers blocks."""
        theme = current_theme()
        entries = [(name, theme.series_color(number), 3) for number, name in enumerate(_AXES)]
        drivers = {_title(driver): driver for driver in self._drivers if driver}
        entries += [(name, _color(drivers[name]), 10) for name in sorted(drivers)]
        x = self.width() - _RIGHT
        for text, color, thickness in reversed(entries):
            x -= painter.fontMetrics().horizontalAdvance(text)
            painter.setPen(theme.color("muted"))
            painter.drawText(QPointF(x, 18.0), text)
            x -= 16.0
            painter.fillRect(QRectF(x, 14.0 - thickness / 2, 10, thickness), color)
            x -= 14.0

    def _draw_lane(self, painter: QPainter, lane: QRectF, title: str) -> None:
        theme, middle = current_theme(), lane.center().y()
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(QPointF(lane.left(), middle), QPointF(lane.right(), middle))
        write(painter, QRectF(16, lane.top(), _LEFT - 16, lane.height()), title, "muted")

    def _draw_curve(
        self, painter: QPainter, lane: QRectF, values: np.ndarray, color: QColor
    ) -> None:
        if len(values) < 2:
            return
        # Only corners: where a value equals both its neighbours there is nothing to see.
        same = values[1:] == values[:-1]
        corner = np.ones(len(values), dtype=bool)
        corner[1:-1] = ~(same[:-1] & same[1:])
        steps = np.flatnonzero(corner) - (len(values) - 1)
        x = lane.right() + steps * lane.width() / (SHOWN - 1)
        y = lane.center().y() - values[corner] * 0.5 * lane.height()
        painter.setPen(QPen(color, 1.5))
        points = [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]
        painter.drawPolyline(QPolygonF(points))

    def _draw_band(self, painter: QPainter, area: QRectF) -> None:
        step = area.width() / (SHOWN - 1)
        painter.fillRect(area, current_theme().color("raised"))
        left = area.right() - len(self._drivers) * step
        for driver, run in groupby(self._drivers):
            width = len(tuple(run)) * step
            if driver:
                start = max(area.left(), left)
                cell = QRectF(start, area.top(), left + width - start, area.height())
                painter.fillRect(cell, _color(driver))
            left += width


def _color(driver: str) -> QColor:
    return current_theme().series_color(3) if driver in PERSON else mode_color(driver)


def _title(driver: str) -> str:
    return "you" if driver in PERSON else short_title(driver)

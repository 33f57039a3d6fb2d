"""What a set of episodes is like as a whole: which actions were made, which places covered."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.theme.theme import current_theme
from app.widgets.painted import CENTRE, RIGHT, Painted, write
from core.data import (
    EpisodeRow,
    InvalidEpisodeError,
    action_histogram,
    coverage,
)

ACTIONS = ("x", "y", "z", "roll", "pitch", "yaw", "grip")
GAP = 8
BAR_HEIGHT = 44
"""Height of the histograms [px]."""
MAP_HEIGHT = 128
"""Height of the map [px]."""
MOST = 1000
"""Points that are drawn; more would only cover one another."""
ROUND = 200
"""More points than these are drawn square: a thousand round ones take fifteen milliseconds."""


@dataclass(frozen=True)
class Survey:
    """Numbers of a set of episodes, computed off the GUI thread."""

    counts: np.ndarray
    """How often each action took which value (A, bins) int64; (0, 0) for different robots."""
    starts: np.ndarray
    """Where the object, or else the gripper, began (N, 2) [m]."""
    goals: np.ndarray
    """Where the goals were (M, 2) [m]."""
    share: tuple[float, float]
    """Part of the cells of a ten by ten grid with a start, and with a goal, 0 to 1."""
    text: str
    """Means in words."""


def survey(rows: Sequence[EpisodeRow]) -> Survey:
    """Look at readable rows of one or several tasks."""
    rows = [row for row in rows if row.info is not None]
    try:
        counts = action_histogram(rows)
    except InvalidEpisodeError:
        counts = np.zeros((0, 0), np.int64)
    starts, goals = coverage(rows, "start"), coverage(rows, "goal")
    words = []
    for form, values in (
        ("median {:.1f} s", [row.known.duration for row in rows]),
        ("idle {:.0f} %", [100 * row.idle for row in rows]),
        ("jerk {:.1f} m/s³", [row.jerk for row in rows]),
    ):
        finite = [value for value in values if math.isfinite(value)]
        if finite:
            words.append(form.format(np.median(finite)))
    return Survey(
        counts=counts,
        starts=starts.points[:, :2],
        goals=goals.points[:, :2],
        share=(starts.share, goals.share),
        text=" · ".join(words),
    )


class QualityView(Painted):
    """Paints a survey: a histogram of each action, and starts and goals seen from above."""

    def __init__(self) -> None:
        super().__init__()
        self.survey: Survey | None = None
        """What is shown."""
        self._marked: EpisodeRow | None = None
        self.setFixedHeight(2 * 16 + BAR_HEIGHT + MAP_HEIGHT + 3 * GAP)
        self.setAccessibleName("Actions and places of the episodes that are shown")

    def show_survey(self, found: Survey | None) -> None:
        """Show another survey."""
        self.survey = found
        self.update()

    def mark(self, row: EpisodeRow | None) -> None:
        """Ring the start and the goal of one episode."""
        self._marked = row
        self.update()

    def draw(self, painter: QPainter) -> None:
        if self.survey is not None:
            self._draw_histograms(painter, self.survey.counts)
            place = QRectF(0, BAR_HEIGHT + 16 + 2 * GAP, self.width(), MAP_HEIGHT)
            self._draw_map(painter, place, self.survey)

    def _draw_histograms(self, painter: QPainter, counts: np.ndarray) -> None:
        theme = current_theme()
        if not counts.size:
            place = QRectF(0, 0, self.width(), BAR_HEIGHT)
            write(painter, place, "No actions of a single robot to count", "muted", CENTRE)
            return
        number = len(counts)
        width = (self.width() - GAP * (number - 1)) / number
        for action, row in enumerate(counts):
            left = action * (width + GAP)
            painter.fillRect(QRectF(left, 0, width, BAR_HEIGHT), theme.color("plot_background"))
            # The square root keeps rare actions visible next to the many steps at rest.
            heights = np.sqrt(row / max(1, row.max())) * (BAR_HEIGHT - 2)
            step = width / len(row)
            for bin_number, height in enumerate(heights.tolist()):
                bar = QRectF(left + bin_number * step, BAR_HEIGHT - height, max(step, 1.0), height)
                painter.fillRect(bar, theme.color("accent"))
            name = ACTIONS[action] if number == len(ACTIONS) else str(action)
            write(painter, QRectF(left, BAR_HEIGHT + 2, width, 16), name, "muted", CENTRE)

    def _draw_map(self, painter: QPainter, place: QRectF, found: Survey) -> None:
        theme = current_theme()
        painter.fillRect(place, theme.color("plot_background"))
        points = np.concatenate([found.starts, found.goals])
        if not len(points):
            write(painter, place, "No starts or goals are known", "muted", CENTRE)
            return
        low, high = points.min(axis=0), points.max(axis=0)
        span = np.maximum(high - low, 0.02)
        inner = place.adjusted(12, 12, -12, -12)
        scale = min(inner.width() / span[1], inner.height() / span[0])
        middle = (low + high) / 2

        def at(points: np.ndarray) -> list[QPointF]:
            # As a person behind the arm sees the table: x away, y to the left.
            x = place.center().x() - (points[:, 1] - middle[1]) * scale
            y = place.center().y() - (points[:, 0] - middle[0]) * scale
            return [QPointF(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]

        for kind, colour in ((found.starts, theme.series[0]), (found.goals, theme.series[1])):
            pen = QPen(QColor(colour), 3.5)
            if len(kind) <= ROUND:
                pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawPoints(at(kind[:: max(1, len(kind) // MOST)]))
        if self._marked is not None:
            painter.setPen(QPen(theme.color("text"), 1.5))
            for position in (self._marked.start, self._marked.goal):
                if position is not None:
                    painter.drawEllipse(at(np.array([position]))[0], 5.0, 5.0)
        foot = QRectF(0, place.bottom() + 2, self.width(), 16)
        starts = f"starts: {100 * found.share[0]:.0f} % of the cells"
        goals = f"goals: {100 * found.share[1]:.0f} %" if len(found.goals) else ""
        write(painter, foot, starts, theme.series_color(0))
        write(painter, foot, goals, theme.series_color(1), RIGHT)

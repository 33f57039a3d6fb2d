"""The modes side by side at one noise level: a bar, an interval and the numbers for each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from app.pages.compare.success_curves import INTERPOLATED, MEASURED, ModeAt
from app.theme.theme import current_theme
from app.widgets.modes import mode_color, mode_title
from app.widgets.painted import Painted

ROW_HEIGHT = 60
"""A line of text, the bar, a caption and some air [px]."""
BAR_HEIGHT = 10


class NoiseCut(Painted):
    """Paints one row a mode: name, rate and interval above a bar with a whisker.

    What lies between measured levels is said to be interpolated, and its bar is hatched; beyond
    them there is no number.
    """

    def __init__(self) -> None:
        super().__init__()
        self._modes: tuple[ModeAt, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    @property
    def modes(self) -> tuple[ModeAt, ...]:
        """What is shown."""
        return self._modes

    def show_modes(self, modes: Sequence[ModeAt]) -> None:
        """Show these modes."""
        self._modes = tuple(modes)
        self.setAccessibleDescription("; ".join(describe(mode) for mode in modes))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, ROW_HEIGHT * max(1, len(self._modes)))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, ROW_HEIGHT * max(1, len(self._modes)))

    def draw(self, painter: QPainter) -> None:
        for index, mode in enumerate(self._modes):
            self._paint_row(painter, index * ROW_HEIGHT, mode)

    def _paint_row(self, painter: QPainter, top: int, mode: ModeAt) -> None:
        theme, width = current_theme(), self.width()
        color = mode_color(mode.mode)
        text = QRectF(0, top, width, 24)
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color("text"))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(text, left, mode_title(mode.mode))
        known = mode.kind in (MEASURED, INTERPOLATED)
        if known:
            interval = f"[{100 * mode.low:.0f}, {100 * mode.high:.0f}]"
            painter.setFont(theme.font("small"))
            space = painter.fontMetrics().horizontalAdvance("[100, 100]") + 8
            painter.setPen(theme.color("muted"))
            painter.drawText(text, right, interval)
            painter.setFont(theme.font("body", bold=True))
            painter.setPen(theme.color("text"))
            sign = "≈ " if mode.kind == INTERPOLATED else ""
            painter.drawText(
                text.adjusted(0, 0, -space, 0), right, f"{sign}{100 * mode.rate:.0f} %"
            )
        self._paint_bar(painter, QRectF(0, top + 24, width, BAR_HEIGHT), mode, color)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("muted"))
        painter.drawText(QRectF(0, top + 36, width, 18), left, source_of(mode))

    def _paint_bar(self, painter: QPainter, place: QRectF, mode: ModeAt, color: QColor) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(current_theme().color("raised"))
        painter.drawRoundedRect(place, 3, 3)
        if mode.kind not in (MEASURED, INTERPOLATED):
            return
        filled = QRectF(place)
        filled.setWidth(place.width() * mode.rate)
        if mode.kind == INTERPOLATED:
            soft = QColor(color)
            soft.setAlpha(90)
            painter.setBrush(soft)
            painter.drawRoundedRect(filled, 3, 3)
            hatch = QColor(color)
            brush = painter.brush()
            brush.setColor(hatch)
            brush.setStyle(Qt.BrushStyle.BDiagPattern)
            painter.setBrush(brush)
        else:
            painter.setBrush(color)
        painter.drawRoundedRect(filled, 3, 3)
        painter.setPen(QPen(current_theme().color("text"), 1.5))
        middle = place.center().y()
        low, high = (place.left() + place.width() * end for end in (mode.low, mode.high))
        painter.drawLine(QRectF(low, middle, 0, 0).topLeft(), QRectF(high, middle, 0, 0).topLeft())
        for end in (low, high):
            painter.drawLine(
                QRectF(end, middle - 4, 0, 0).topLeft(), QRectF(end, middle + 4, 0, 0).topLeft()
            )


def source_of(mode: ModeAt) -> str:
    """Where the number comes from, in a few words."""
    if mode.kind == MEASURED:
        return f"measured on {mode.episodes} starts"
    if mode.kind == INTERPOLATED:
        return f"interpolated between σ {mode.between[0]:g} and {mode.between[1]:g}"
    if mode.between:
        return f"not measured here, only from σ {mode.between[0]:g} to {mode.between[-1]:g}"
    return "not measured yet"


def describe(mode: ModeAt) -> str:
    """One mode as a sentence for those who do not see the bars."""
    if mode.kind in (MEASURED, INTERPOLATED):
        return (
            f"{mode_title(mode.mode)}: {100 * mode.rate:.0f} %, interval {100 * mode.low:.0f} to "
            f"{100 * mode.high:.0f}, {source_of(mode)}"
        )
    return f"{mode_title(mode.mode)}: {source_of(mode)}"

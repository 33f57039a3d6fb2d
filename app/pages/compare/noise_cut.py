"""The modes side by side at one noise level: a bar, an interval and the numbers for each."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy

from app.pages.compare.success_curves import INTERPOLATED, MEASURED, ModeAt
from app.theme.theme import current_theme
from app.widgets.modes import mode_color, mode_title
from app.widgets.painted import RIGHT, Painted, fill_box, write

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
        self.modes: tuple[ModeAt, ...] = ()
        """What is shown."""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)

    def show_modes(self, modes: Sequence[ModeAt]) -> None:
        """Show these modes."""
        self.modes = tuple(modes)
        self.setAccessibleDescription("; ".join(describe(mode) for mode in modes))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, ROW_HEIGHT * max(1, len(self.modes)))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, ROW_HEIGHT * max(1, len(self.modes)))

    def draw(self, painter: QPainter) -> None:
        for index, mode in enumerate(self.modes):
            self._paint_row(painter, index * ROW_HEIGHT, mode)

    def _paint_row(self, painter: QPainter, top: int, mode: ModeAt) -> None:
        width = self.width()
        text = QRectF(0, top, width, 24)
        write(painter, text, mode_title(mode.mode), font="body")
        if mode.kind in (MEASURED, INTERPOLATED):
            interval = f"[{100 * mode.low:.0f}, {100 * mode.high:.0f}]"
            write(painter, text, interval, "muted", RIGHT, font="small")
            space = painter.fontMetrics().horizontalAdvance("[100, 100]") + 8
            sign = "≈ " if mode.kind == INTERPOLATED else ""
            rate, place = f"{sign}{100 * mode.rate:.0f} %", text.adjusted(0, 0, -space, 0)
            write(painter, place, rate, align=RIGHT, font="body", bold=True)
        self._paint_bar(painter, QRectF(0, top + 24, width, BAR_HEIGHT), mode)
        write(painter, QRectF(0, top + 36, width, 18), source_of(mode), "muted", font="small")

    def _paint_bar(self, painter: QPainter, place: QRectF, mode: ModeAt) -> None:
        fill_box(painter, place, "raised", radius=3)
        if mode.kind not in (MEASURED, INTERPOLATED):
            return
        color, filled = mode_color(mode.mode), QRectF(place)
        filled.setWidth(place.width() * mode.rate)
        if mode.kind == INTERPOLATED:
            soft = QColor(color)
            soft.setAlpha(90)
            fill_box(painter, filled, soft, radius=3)
            painter.setBrush(QBrush(color, Qt.BrushStyle.BDiagPattern))
            painter.drawRoundedRect(filled, 3, 3)
        else:
            fill_box(painter, filled, color, radius=3)
        painter.setPen(QPen(current_theme().color("text"), 1.5))
        middle = place.center().y()
        low, high = (place.left() + place.width() * end for end in (mode.low, mode.high))
        painter.drawLine(QPointF(low, middle), QPointF(high, middle))
        for end in (low, high):
            painter.drawLine(QPointF(end, middle - 4), QPointF(end, middle + 4))


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

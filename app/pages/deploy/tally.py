"""Successes of the trials, for every mode and condition that was tried."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy

from app.arm.messages import TrialResult
from app.widgets.disturbances import words_of
from app.widgets.painted import CUT, RIGHT, Painted, fill_box, write
from core.policies import MODES
from core.simulation import Condition

_LINE, _MORE = 28.0, 18.0
"""Height of a line, and of a second one for disturbances other than noise [px]."""


class Tally(Painted):
    """A line for each mode and condition: a bar, and "7 of 9"."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[tuple[str, Condition], tuple[int, int]] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def counts(self) -> dict[tuple[str, Condition], tuple[int, int]]:
        """(mode, condition) -> (successes, trials), by mode and rising noise."""
        order = MODES.names
        keys = sorted(self._counts, key=lambda k: (order.index(k[0]), k[1].noise, str(k[1])))
        return {key: self._counts[key] for key in keys}

    def add(self, result: TrialResult) -> None:
        """Count a trial, if it counts."""
        if result.counted:
            key = (result.mode, result.condition)
            successes, trials = self._counts.get(key, (0, 0))
            self._counts[key] = (successes + int(result.success), trials + 1)
            self._resize()

    def clear(self) -> None:
        """Begin anew."""
        self._counts.clear()
        self._resize()

    def sizeHint(self) -> QSize:
        heights = (_LINE + _MORE * (not each.only_noise) for _, each in self._counts)
        return QSize(280, round(max(_LINE, sum(heights))))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def draw(self, painter: QPainter) -> None:
        if not self._counts:
            write(painter, QRectF(self.rect()), "Counted trials appear here.", "muted")
        y = 0.0
        for (mode, condition), (successes, trials) in self.counts.items():
            write(painter, QRectF(0, y, 64, _LINE), MODES[mode].short_title)
            area = QRectF(self.width() - 68, y, 68, _LINE)
            write(painter, area, f"{successes} of {trials}", align=RIGHT)
            write(painter, QRectF(68, y, 56, _LINE), f"σ {condition.noise:.2f}", "muted")
            bar = QRectF(128, y + _LINE / 2 - 4, max(8.0, self.width() - 200.0), 8)
            y += _LINE
            if not condition.only_noise:
                place, words = QRectF(0, y - 4, self.width(), _MORE), words_of(condition.to_dict())
                write(painter, place, words, "muted", elide=CUT)
                y += _MORE
            fill_box(painter, bar, "raised")
            bar.setWidth(bar.width() * successes / trials)
            fill_box(painter, bar, "accent")

    def _resize(self) -> None:
        self.updateGeometry()
        self.update()

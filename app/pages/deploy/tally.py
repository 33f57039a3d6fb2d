"""Successes of the trials, for every mode and noise that was tried."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy

from app.arm.messages import TrialResult
from app.theme.theme import current_theme
from app.widgets.painted import Painted
from core.policies import MODES

_ROW = 28.0


class Tally(Painted):
    """One line for each mode and σ: a bar, and "7 of 9"."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: dict[tuple[str, float], tuple[int, int]] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def counts(self) -> dict[tuple[str, float], tuple[int, int]]:
        """(mode, σ) -> (successes, trials)."""
        return dict(self._counts)

    def add(self, result: TrialResult) -> None:
        """Count a trial, if it counts."""
        if not result.counted:
            return
        key = (result.mode, round(result.noise, 2))
        successes, trials = self._counts.get(key, (0, 0))
        self._counts[key] = (successes + int(result.success), trials + 1)
        self.updateGeometry()
        self.update()

    def clear(self) -> None:
        """Begin anew."""
        self._counts.clear()
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(280, round(_ROW * max(1, len(self._counts))))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def draw(self, painter: QPainter) -> None:
        theme = current_theme()
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if not self._counts:
            painter.setPen(theme.color("muted"))
            painter.drawText(QRectF(self.rect()), left, "Counted trials appear here.")
        order = list(MODES)
        keys = sorted(self._counts, key=lambda key: (order.index(key[0]), key[1]))
        for number, (mode, noise) in enumerate(keys):
            successes, trials = self._counts[mode, noise]
            y = number * _ROW
            painter.setPen(theme.color("text"))
            painter.drawText(QRectF(0, y, 64, _ROW), left, MODES[mode].short_title)
            painter.setPen(theme.color("muted"))
            painter.drawText(QRectF(68, y, 56, _ROW), left, f"σ {noise:.2f}")
            bar = QRectF(128, y + _ROW / 2 - 4, max(8.0, self.width() - 200.0), 8)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(bar, 4, 4)
            bar.setWidth(bar.width() * successes / trials)
            painter.setBrush(theme.color("accent"))
            painter.drawRoundedRect(bar, 4, 4)
            painter.setPen(theme.color("text"))
            area = QRectF(self.width() - 68, y, 68, _ROW)
            painter.drawText(area, right, f"{successes} of {trials}")

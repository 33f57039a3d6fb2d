"""The middle of the Compare page: curves, the cut at the shared noise, and the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.pages.compare.comparison_plot import ComparisonPlot
from app.pages.compare.noise_cut import NoiseCut
from app.pages.compare.results_table import ResultsTable
from app.pages.compare.success_curves import cut
from app.widgets.controls import label
from app.widgets.empty import Empty
from app.widgets.noise_slider import NoiseSlider
from app.widgets.run_header import RunHeader

if TYPE_CHECKING:
    from core.evaluation import Result


class CompareCenter(QStackedWidget):
    """Shows rows as they grow; slider, line and cut always stand at the same σ."""

    def __init__(self, noise: float) -> None:
        super().__init__()
        self.setObjectName("center")
        self._rows: tuple[Result, ...] = ()
        self.empty = Empty("ph.scales", "Nothing compared yet", "", "Go to Train")
        self.header = RunHeader(("episodes", "time left"))
        self.plot = ComparisonPlot()
        self.slider = NoiseSlider(noise)
        self.cut = NoiseCut()
        self.table = ResultsTable()
        self._lay_out()
        self.set_noise(noise)

    @property
    def rows(self) -> tuple[Result, ...]:
        """The rows shown."""
        return self._rows

    def show_rows(self, rows: Sequence[Result], planned: int) -> None:
        """Show `rows`; `planned` episodes make one complete."""
        self._rows = tuple(rows)
        self.plot.show_rows(rows, planned)
        self.table.show_rows(rows, planned)
        self.slider.set_marks(sorted({row.noise for row in rows if row.outcomes}))
        self.set_noise(self.slider.value)
        self.setCurrentWidget(self._results)

    def set_noise(self, sigma: float) -> None:
        """Cut the curves at σ."""
        self.slider.set_value(sigma)
        self.plot.set_noise(sigma)
        self.cut.show_modes(cut(self._rows, sigma))
        self.table.mark_noise(sigma)

    def _lay_out(self) -> None:
        side = QFrame()
        side.setProperty("role", "card")
        inside = QVBoxLayout(side)
        inside.setContentsMargins(12, 8, 12, 12)
        inside.setSpacing(8)
        inside.addWidget(label("At this noise", "heading"))
        inside.addWidget(self.slider)
        inside.addWidget(self.cut)
        inside.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(side, 5)
        below.addWidget(self.table, 6)
        self._results = QWidget()
        column = QVBoxLayout(self._results)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self.header)
        column.addWidget(self.plot, 6)
        column.addLayout(below, 5)
        self.addWidget(self.empty)
        self.addWidget(self._results)

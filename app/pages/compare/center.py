"""The middle of the Compare page: curves, the cut at the shared noise, and the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QWidget

from app.pages.compare.comparison_plot import ComparisonPlot
from app.pages.compare.noise_cut import NoiseCut
from app.pages.compare.results_table import ResultsTable
from app.pages.compare.success_curves import cut, level, noise_of
from app.widgets.controls import Card, Empty, column, row
from app.widgets.noise_slider import IMAGES, SENSES, NoiseSlider
from app.widgets.run_header import RunHeader
from core.simulation.disturbances import IMAGE_NOISE, SENSOR_NOISE

if TYPE_CHECKING:
    from core.evaluation import Result


class CompareCenter(QStackedWidget):
    """Shows rows as they grow; slider, line and cut always stand at the same σ."""

    def __init__(self, noise: float) -> None:
        super().__init__()
        self.setObjectName("center")
        self.rows: tuple[Result, ...] = ()
        """The rows shown."""
        self.noise = SENSOR_NOISE
        """Name of the noise over which they are shown."""
        self.empty = Empty("ph.scales", "Nothing compared yet", "", "Go to Train")
        self.header = RunHeader(("episodes", "time left"))
        self.plot = ComparisonPlot()
        self.slider = NoiseSlider(noise)
        self.cut = NoiseCut()
        self.table = ResultsTable()
        side = Card("At this noise", self.slider, self.cut, 1, margins=(12, 8, 12, 12))
        below = row((side, 5), (self.table, 6))
        self._results = QWidget()
        parts = (self.header, (self.plot, 6), (below, 5))
        column(*parts, margins=(8, 8, 8, 8), inside=self._results)
        self.addWidget(self.empty)
        self.addWidget(self._results)
        self.set_noise(noise)

    def show_rows(self, rows: Sequence[Result], planned: int) -> None:
        """Show `rows`; `planned` episodes make one complete."""
        self.rows, self.noise = tuple(rows), noise_of(rows)
        self.slider.explain(IMAGES if self.noise == IMAGE_NOISE else SENSES)
        self.plot.show_rows(rows, planned)
        self.table.show_rows(rows, planned)
        levels = {level(row, self.noise) for row in rows if row.outcomes}
        self.slider.set_marks(sorted(levels))
        self.set_noise(self.slider.value)
        self.setCurrentWidget(self._results)

    def set_noise(self, sigma: float) -> None:
        """Cut the curves at σ."""
        self.slider.set_value(sigma)
        self.plot.set_noise(sigma)
        self.cut.show_modes(cut(self.rows, sigma))
        self.table.mark_noise(sigma)

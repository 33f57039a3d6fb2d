"""The middle of the Train page: everything that a training reports, as it reports it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QTabWidget, QWidget

from app.pages.train.latent_map import LatentMap
from app.pages.train.live_plot import LivePlot
from app.pages.train.notice import Notice
from app.pages.train.redraw_turns import RedrawTurns
from app.pages.train.spectrum import SpectrumPlot
from app.pages.train.training_images import TrainingImages
from app.widgets.controls import Empty, column, grid
from app.widgets.formats import format_seconds, sentence
from app.widgets.gradually import Gradually
from app.widgets.run_header import RunHeader
from core.runs.curves import Points, losses_of, report_values

if TYPE_CHECKING:
    from core.learning import Report

T = TypeVar("T")

LOSS_COLORS = {
    "total": -1,
    "prediction": 0,
    "action": 1,
    "inverse_dynamics": 2,
    "gripper": 3,
    "decoder": 4,
    "goal": 5,
    "observer": 6,
    "held-out action": 7,
    "held-out gripper": 8,
}

REPRESENTATION, DISTRIBUTION, OPTIMISER = "Representation", "Distribution", "Optimiser"
"""Titles of the groups of small plots."""


@dataclass(frozen=True)
class Measure:
    """A small plot."""

    title: str
    """What stands above it."""
    explanation: str
    """What it shows, for people."""
    group: str
    """The group in which it stands."""
    place: tuple[int, int]
    """Row and column within the group."""
    curves: Mapping[str, str] = field(default_factory=dict)
    """What it calls each curve of a run; empty: one, of the name of the plot."""
    logarithmic: bool = False
    """Whether its values span decades."""


MEASURES = {
    "effective_rank": Measure(
        "Effective rank",
        "How many directions of the latent are in use: the exponential of the entropy of its "
        "singular values. Near 1 it has collapsed to a line.",
        REPRESENTATION,
        (0, 1),
    ),
    "standard_deviation": Measure(
        "Latent spread",
        "Standard deviation of the latent over the demonstrations, mean over its entries. Near 0 "
        "the representation has collapsed.",
        REPRESENTATION,
        (0, 2),
    ),
    "probe": Measure(
        "Linear probe R²",
        "How much of what the encoder sees a linear map finds in the latent: 1 is everything, 0 no "
        "more than the mean. Fitted on every other demonstration, measured on the rest.",
        REPRESENTATION,
        (1, 0),
    ),
    "action_sensitivity": Measure(
        "Action sensitivity",
        "Error of the predicted next latent with shuffled actions, divided by that with the "
        "true ones. "
        "At 1 the predictor ignores the actions.",
        REPRESENTATION,
        (1, 1),
    ),
    "prediction_error": Measure(
        "Prediction error",
        "Mean squared error of the latent predicted that many control steps ahead, divided by the "
        "variance of the latents.",
        REPRESENTATION,
        (1, 2),
        {f"prediction_error_{n}": f"{n} step{'s' if n > 1 else ''}" for n in (1, 8)},
        logarithmic=True,
    ),
    "sigreg": Measure(
        "SIGReg",
        "How far the latents are from a standard normal distribution, by the statistic of SIGReg. "
        "About 1 where they follow it, large where they have collapsed.",
        DISTRIBUTION,
        (0, 0),
        logarithmic=True,
    ),
    "correlation": Measure(
        "Correlation",
        "Mean magnitude of the correlation of two entries of the latent. At 1 all say the same.",
        DISTRIBUTION,
        (0, 1),
    ),
    "learning_rate": Measure("Learning rate", "Learning rate of the optimiser.", OPTIMISER, (0, 0)),
    "tau": Measure(
        "Target encoder τ",
        "The part of the target encoder that an update keeps.",
        OPTIMISER,
        (0, 1),
    ),
    "steps_per_second": Measure("Updates per second", "How fast it trains.", OPTIMISER, (0, 2)),
}
"""The small plots, by name, in the order of their colours; the spectrum stands next to them."""
MEASURES_INTERVAL = 0.4
"""Least time between two redraws of a measure [s]; they change slowly."""


class TrainPlots(QStackedWidget):
    """Header, notices and plots of the present run; earlier runs are drawn behind.

    Shows what to do next until there is something to see.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("center")
        self.empty = Empty("ph.chart-line-up", "Nothing to show yet", "")
        self.header = RunHeader(("step", "steps/s", "time left"))
        self.collapse_notice = Notice()
        self.save_notice = Notice("Save again")
        self.images = TrainingImages()
        self._turns = RedrawTurns(self)
        self._made: dict[str, LivePlot] = {}
        self._lay_out()
        self._building = Gradually(self._make_plots(), self)

    @property
    def losses(self) -> LivePlot:
        """The plot of all loss terms."""
        self._building.finish()
        return self._made["losses"]

    @property
    def spectrum(self) -> SpectrumPlot:
        """The plot of singular values."""
        self._building.finish()
        return self._spectrum

    @property
    def latent_map(self) -> LatentMap:
        """The map of the latent space."""
        self._building.finish()
        return self._map

    @property
    def measures(self) -> dict[str, LivePlot]:
        """The plots of single measures, by their names."""
        self._building.finish()
        return {name: self._made[name] for name in MEASURES}

    @property
    def plots(self) -> tuple[LivePlot, ...]:
        """All plots with curves."""
        self._building.finish()
        return tuple(self._made.values())

    # the present run

    def begin(self) -> None:
        """Forget the curves of the last run; a new one begins."""
        for plot in self.plots:
            plot.clear()
        self.latent_map.clear()
        self.images.show_images({})
        self.collapse_notice.say("")
        self.save_notice.say("")
        self.header.show_progress(0.0)
        self.setCurrentWidget(self._plots)

    def show_report(self, report: Report) -> None:
        """Add `report` to every plot, and show how far the run is."""
        values = report_values(report)
        self.losses.append(report.step, losses_of(values))
        for name, plot in self.measures.items():
            shown = _of(name, values)
            if shown:
                plot.append(report.step, shown)
        if report.collapse is not None:
            measures = report.collapse
            self.spectrum.set_spectrum(measures.singular_values, measures.effective_rank)
            self.latent_map.set_points(measures.latent_map, measures.progress)
            self.collapse_notice.say(sentence(measures.alarm or ""))
        if report.images is not None:
            self.images.show_images(report.images)
        self.header.show_progress(
            report.step / report.total_steps,
            f"{report.step:,} / {report.total_steps:,}",
            f"{report.steps_per_second:,.0f}",
            format_seconds(report.seconds_left),
        )

    def show_curves(self, curves: Mapping[str, Points]) -> None:
        """Show the curves of a run up to where it goes on."""
        for name, (x, y) in losses_of(curves).items():
            self.losses.set_curve(name, x, y)
        for name, plot in self.measures.items():
            for curve, (x, y) in _of(name, curves).items():
                plot.set_curve(curve, x, y)

    # earlier runs

    def set_overlay(self, run: Path, dash: int, curves: Mapping[str, Points]) -> None:
        """Draw the curves of an earlier run behind the present ones."""
        self.losses.set_overlay(str(run), dash, losses_of(curves))
        for name, plot in self.measures.items():
            shown = _of(name, curves)
            if shown:
                plot.set_overlay(str(run), dash, shown)
        self.setCurrentWidget(self._plots)

    @Slot(object)
    def remove_overlay(self, run: Path) -> None:
        """Take an earlier run away."""
        for plot in self.plots:
            plot.remove_overlay(str(run))
        if not self.losses.overlays and not self.losses.names:
            self.setCurrentWidget(self.empty)

    # looks

    def _lay_out(self) -> None:
        self._grid = grid(spacing=(8, 8), stretch=(2, 1))
        self._tabs = QTabWidget()
        self._groups: dict[str, QGridLayout] = {}
        for group in (REPRESENTATION, DISTRIBUTION, OPTIMISER):
            page = QWidget()
            self._groups[group] = grid(spacing=(8, 8), stretch=(1, 1, 1), inside=page)
            self._groups[group].setContentsMargins(0, 8, 0, 0)
            self._tabs.addTab(page, group)
        self._plots = QWidget()
        column(
            self.header,
            self.collapse_notice,
            self.save_notice,
            self.images,
            (self._grid, 5),
            (self._tabs, 6),
            margins=(8, 8, 8, 8),
            inside=self._plots,
        )
        self.addWidget(self.empty)
        self.addWidget(self._plots)

    def _make_plots(self) -> Iterator[None]:
        """One plot a step; each takes 15 ms."""
        turns = self._turns
        self._made["losses"] = LivePlot(
            "Losses",
            explanation="Each loss term before it is weighted, and their weighted total. Terms of "
            "the head read the representation; prediction and inverse dynamics shape it.",
            logarithmic=True,
            colors=LOSS_COLORS,
            turns=turns,
        )
        self._grid.addWidget(self._made["losses"], 0, 0)
        yield
        self._map = LatentMap(turns=turns)
        self._grid.addWidget(self._map, 0, 1)
        yield
        self._made["spectrum"] = self._spectrum = SpectrumPlot(turns=turns)
        self._groups[REPRESENTATION].addWidget(self._spectrum, 0, 0)
        for index, (name, measure) in enumerate(MEASURES.items()):
            yield
            several = tuple(measure.curves.values())
            self._made[name] = LivePlot(
                measure.title,
                explanation=measure.explanation,
                logarithmic=measure.logarithmic,
                colors={curve: n for n, curve in enumerate(several)} or {name: index},
                turns=turns,
                redraw_interval=MEASURES_INTERVAL,
                named=bool(several),
            )
            self._groups[measure.group].addWidget(self._made[name], *measure.place)


def _of(name: str, curves: Mapping[str, T]) -> dict[str, T]:
    """What the small plot `name` shows of a run, by what it calls it."""
    named = MEASURES[name].curves or {name: name}
    return {shown: curves[curve] for curve, shown in named.items() if curve in curves}

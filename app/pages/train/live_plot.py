"""Curves that grow while something runs, with their present values next to their names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPen, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from superqt import QFlowLayout

from app.pages.train.legend import LegendEntry
from app.pages.train.redraw_turns import RedrawTurns
from app.theme.theme import current_theme
from app.widgets.controls import column, configure, label, row, tool
from app.widgets.plot import PlotFrame, curve_pen
from core.runs.curves import CurveHistory

REDRAW_INTERVAL = 0.1
"""Least time between two redraws of one plot [s]: 10 Hz, however fast points arrive."""

Points = tuple[np.ndarray, np.ndarray]


@dataclass
class _Curve:
    history: CurveHistory
    item: pg.PlotDataItem
    entry: LegendEntry
    dirty: bool = False


@dataclass
class _Overlay:
    dash: int
    lines: dict[str, tuple[pg.PlotDataItem, Points]] = field(default_factory=dict)


class LivePlot(PlotFrame):
    """A titled plot whose curves are named at their first point.

    Each curve is created once and later given new data at most 10 times a second, and only while
    the plot can be seen. Its name and value stand above the plot; under the mouse the values are
    those of that place. A click on a name hides or shows the curve. Earlier runs are drawn behind
    in the same colours, faded and dashed. What is not finite leaves a gap.
    """

    def __init__(
        self,
        title: str,
        *,
        explanation: str = "",
        x_label: str = "step",
        logarithmic: bool | None = None,
        colors: Mapping[str, int] | None = None,
        shows_latest: bool = True,
        named: bool = True,
        turns: RedrawTurns | None = None,
        redraw_interval: float = REDRAW_INTERVAL,
    ) -> None:
        """`logarithmic`: start with a log scale or not; None leaves the choice out altogether.

        `colors` fixes the place of a curve in the palette by name, -1 being the text colour.
        `shows_latest`: show the last values while the mouse is elsewhere. `named` False: the
        title names the only curve, and its value stands next to it. Plots of a page share `turns`.
        """
        super().__init__()
        self._x_label = x_label
        self._shows_latest = shows_latest
        self._named = named
        self._flat = False
        self.redraw_interval = redraw_interval
        self._turns = turns or RedrawTurns(self)
        self.logarithmic = bool(logarithmic)
        """Whether the value axis is logarithmic."""
        self._colors = dict(colors or {})
        self._curves: dict[str, _Curve] = {}
        self._overlays: dict[str, _Overlay] = {}
        self._hidden: set[str] = set()
        self._hover: float | None = None
        self._build(title, explanation, logarithmic is not None)

        self._cursor = pg.InfiniteLine(angle=90, movable=False)
        self._cursor.hide()
        self.plot.addItem(self._cursor, ignoreBounds=True)
        self.view.scene().sigMouseMoved.connect(self._mouse_moved)
        self.view.left.connect(lambda: self._look_at(None))
        self.plot.setLogMode(y=self.logarithmic)
        self.apply_theme()

    # data

    def append(self, x: float, values: Mapping[str, float]) -> None:
        """Add one point to each named curve; a new name starts a new curve."""
        for name, value in values.items():
            curve = self._curve(name)
            curve.history.append(x, value)
            curve.dirty = True
        self._turns.ask(self)

    def set_curve(self, name: str, x: ArrayLike, y: ArrayLike) -> None:
        """Show exactly these points as the curve `name`."""
        curve = self._curve(name)
        curve.history.replace(x, y)
        curve.dirty = True
        self._turns.ask(self)

    def clear(self) -> None:
        """Forget the curves of the present run; earlier runs stay."""
        for name in list(self._curves):
            self._forget(name)
        for overlay in self._overlays.values():
            for name in overlay.lines:
                self._curve(name)
        self.plot.enableAutoRange()
        self._turns.ask(self)

    def set_overlay(
        self, run: str, dash: int, curves: Mapping[str, tuple[ArrayLike, ArrayLike]]
    ) -> None:
        """Draw the curves of an earlier run behind, in the `dash`-th line style."""
        self.remove_overlay(run)
        overlay = _Overlay(dash)
        for name, (x, y) in curves.items():
            self._curve(name)  # for its name in the legend
            points = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
            item = pg.PlotDataItem(pen=self._pen(name, dash), antialias=True, connect="finite")
            item.setZValue(-10)
            item.setVisible(name not in self._hidden)
            self.plot.addItem(item)
            item.setLogMode(False, self.logarithmic)
            item.setData(*self._drawable(*points))
            overlay.lines[name] = item, points
        self._overlays[run] = overlay
        self._turns.ask(self)

    def remove_overlay(self, run: str) -> None:
        """Take an earlier run away; one that is not shown is no error."""
        overlay = self._overlays.pop(run, None)
        for item, _ in overlay.lines.values() if overlay else ():
            self.plot.removeItem(item)
        needed = {*self.names, *(n for other in self._overlays.values() for n in other.lines)}
        for name in self._curves.keys() - needed:
            self._forget(name)
        self._turns.ask(self)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the curves of the present run, in order of appearance."""
        return tuple(name for name, curve in self._curves.items() if len(curve.history))

    @property
    def overlays(self) -> tuple[str, ...]:
        """The earlier runs that are drawn."""
        return tuple(self._overlays)

    def points(self, name: str) -> Points:
        """Copies of the points of one curve. Raises `KeyError` if there is none of that name."""
        history = self._curves[name].history
        return history.x.copy(), history.y.copy()

    # looks

    def apply_theme(self) -> None:
        self._cursor.setPen(curve_pen(current_theme().color("muted")))
        for name, curve in self._curves.items():
            curve.item.setPen(self._pen(name))
        for overlay in self._overlays.values():
            for name, (item, _) in overlay.lines.items():
                item.setPen(self._pen(name, overlay.dash))

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Switch the value axis between linear and logarithmic."""
        self.logarithmic = logarithmic
        self.log_button.setChecked(logarithmic)
        self.plot.setLogMode(y=logarithmic)
        for curve in self._curves.values():
            curve.dirty = True
        for overlay in self._overlays.values():
            for item, points in overlay.lines.values():
                item.setData(*self._drawable(*points))
        self.redraw()
        self.plot.enableAutoRange()

    def redraw(self) -> None:
        """Give changed curves their new data, if the plot can be seen."""
        if not self.isVisible():
            return
        for curve in self._curves.values():
            if curve.dirty:
                curve.item.setData(*self._drawable(curve.history.x, curve.history.y))
                curve.dirty = False
        self._keep_flat_curves_in_sight()
        for side in ("left", "bottom"):  # numbers without curves would puzzle
            self.plot.getAxis(side).setStyle(showValues=bool(self.names or self._overlays))
        self._show_values()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._turns.ask(self)

    # inside

    def _build(self, title: str, explanation: str, may_be_logarithmic: bool) -> None:
        self.title = label(title, "heading", tip=f"<p>{explanation}</p>" if explanation else "")
        self.place = label("", "caption")
        self.value = label()
        self.log_button = tool("", "Logarithmic values", kind="small")
        self.log_button.setText("log")
        configure(self.log_button, checkable=True, checked=self.logarithmic)
        self.log_button.toggled.connect(self.set_logarithmic)
        legend = QWidget()
        legend.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self._legend_row = QFlowLayout(legend)
        self._legend_row.setContentsMargins(0, 0, 0, 0)
        self._legend_row.setSpacing(0)
        # Hide what is not wanted, never show: without a place yet it would be a window of its own.
        if not may_be_logarithmic:
            self.log_button.hide()
        (self.value if self._named else legend).hide()
        head = row(self.title, 1, self.place, self.value, self.log_button)
        column(head, legend, (self.view, 1), spacing=4, margins=(12, 8, 8, 4), inside=self)

    def _curve(self, name: str) -> _Curve:
        if name not in self._curves:
            item = pg.PlotDataItem(pen=self._pen(name), antialias=True, connect="finite")
            self.plot.addItem(item)
            item.setLogMode(False, self.logarithmic)
            entry = LegendEntry(name, partial(self._pen, name))
            entry.toggled.connect(self._entry_toggled)
            if self._named:
                self._legend_row.addWidget(entry)
            else:
                entry.setParent(self)
                entry.hide()
            self._curves[name] = _Curve(CurveHistory(), item, entry)
            if name in self._hidden:  # a choice made in an earlier run holds
                entry.toggle()
        return self._curves[name]

    def _forget(self, name: str) -> None:
        curve = self._curves.pop(name)
        self.plot.removeItem(curve.item)
        self._legend_row.removeWidget(curve.entry)
        curve.entry.hide()
        curve.entry.deleteLater()

    def _pen(self, name: str, dash: int | None = None) -> QPen:
        if name not in self._colors:
            taken = set(self._colors.values())
            self._colors[name] = next(i for i in range(len(taken) + 1) if i not in taken)
        return curve_pen(current_theme().series_color(self._colors[name]), dash)

    def _drawable(self, x: np.ndarray, y: np.ndarray) -> Points:
        """Copies without what cannot be drawn: infinities, and on a log scale what is not > 0."""
        drawable = np.isfinite(y) & (y > 0) if self.logarithmic else np.isfinite(y)
        return x.copy(), np.where(drawable, y, np.nan)

    def _keep_flat_curves_in_sight(self) -> None:
        """A constant gets a range of its own size; by itself the axis would span a whole unit."""
        followed = bool(self.plot.vb.autoRangeEnabled()[1]) or self._flat
        if self.logarithmic or not followed:
            return
        seen = [curve.history.y for curve in self._curves.values() if len(curve.history)]
        for overlay in self._overlays.values():
            seen.extend(y for _, (_, y) in overlay.lines.values())
        values = np.concatenate(seen) if seen else np.empty(0)
        values = values[np.isfinite(values)]
        flat = len(values) > 0 and np.ptp(values) <= 1e-9 * np.abs(values).max()
        if flat:
            middle = float(values[0])
            half = 0.02 * abs(middle) or 1.0
            self.plot.vb.setYRange(middle - half, middle + half, padding=0)
        elif self._flat:
            self.plot.vb.enableAutoRange(axis="y")
        self._flat = flat

    def _entry_toggled(self, name: str, shown: bool) -> None:
        (self._hidden.discard if shown else self._hidden.add)(name)
        self._curves[name].item.setVisible(shown)
        for overlay in self._overlays.values():
            if name in overlay.lines:
                overlay.lines[name][0].setVisible(shown)

    def _mouse_moved(self, position: QPointF) -> None:
        inside = self.plot.vb.sceneBoundingRect().contains(position)
        self._look_at(self.plot.vb.mapSceneToView(position).x() if inside else None)

    def _look_at(self, x: float | None) -> None:
        """Show the values at this place; None is nowhere."""
        self._hover = x
        self._cursor.setVisible(x is not None)
        if x is not None:
            self._cursor.setValue(x)
        self._show_values()

    def _show_values(self) -> None:
        for curve in self._curves.values():
            curve.entry.show_value(self._value_of(curve.history))
        self.place.setText("" if self._hover is None else f"{self._x_label} {self._hover:,.0f}")
        if not self._named:
            self.value.setText(" ".join(c.entry.value_text for c in self._curves.values()))

    def _value_of(self, history: CurveHistory) -> float | None:
        """The value under the mouse, else the latest, if there is one to be shown."""
        if len(history) and self._hover is not None:
            return history.value_at(self._hover)
        return float(history.y[-1]) if len(history) and self._shows_latest else None

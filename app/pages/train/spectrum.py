"""The singular values of the latent: how many of its directions are in use."""

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from app.pages.train.live_plot import LivePlot
from app.pages.train.redraw_turns import RedrawTurns
from app.theme.theme import current_theme
from app.widgets.plot import curve_pen


class SpectrumPlot(LivePlot):
    """Singular values from the largest down, now and at the start of the training.

    A vertical line stands at the effective rank, the number of directions that count.
    """

    def __init__(self, *, turns: RedrawTurns | None = None) -> None:
        self._rank = pg.InfiniteLine(angle=90, movable=False)
        super().__init__(
            "Spectrum",
            explanation="Singular values of the latents of the demonstrations, from the largest "
            "down, those that are measured. A steep fall means that few directions are used; "
            "the dashed line stands at the effective rank, if it is that low.",
            x_label="direction",
            logarithmic=True,
            colors={"now": 0, "at the start": 7},
            shows_latest=False,
            turns=turns,
        )
        self._rank.hide()
        self.plot.addItem(self._rank, ignoreBounds=True)

    def set_spectrum(self, values: NDArray[np.floating], effective_rank: float) -> None:
        """Show the singular `values` (k,), descending, and the effective rank."""
        directions = np.arange(1, len(values) + 1)
        if "at the start" not in self.names:
            self.set_curve("at the start", directions, values)
        self.set_curve("now", directions, values)
        in_sight = bool(np.isfinite(effective_rank)) and effective_rank <= len(values)
        self._rank.setVisible(in_sight)
        if in_sight:
            self._rank.setValue(effective_rank)

    def clear(self) -> None:
        """Forget the spectrum, that of the start too."""
        self._rank.hide()
        super().clear()

    def apply_theme(self) -> None:
        super().apply_theme()
        self._rank.setPen(curve_pen(current_theme().color("muted"), 0))

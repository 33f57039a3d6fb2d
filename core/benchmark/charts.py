"""Tables as pictures: dots with intervals, or curves over what the columns vary."""

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.benchmark.measured import MeasuredLine, MeasuredSection, MeasuredTable
from core.evaluation.curves import FAINT, INK, finish_panel, finish_rates, save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's colour-blind-safe palette, https://jfly.uni-koeln.de/color/, without its yellow,
which is hard to see on white."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
BASELINE_COLOUR, OTHER_COLOUR = PALETTE[1], PALETTE[0]


def draw(table: MeasuredTable, path: Path) -> Path | None:
    """Write the picture of `table`, whose kind `path` ends with; None where there is none.

    Raises :class:`core.data.StorageError` if the disk refuses.
    """
    figure = make_figure(table)
    if figure is None:
        return None
    return save_figure(figure, path)


def make_figure(table: MeasuredTable) -> "Figure | None":
    """A panel for each section that has success rates; None if there is none."""
    # Only here: matplotlib takes most of a second to load.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    sections = [each for each in table.known if each.section.compared.measure is None]
    if not sections:
        return None
    curves = bool(sections[0].section.axis)
    names = [[line.line.title for line in each.lines] for each in sections]
    longest = max(names, key=len)
    alike = all(set(each) <= set(longest) for each in names)
    side_by_side = curves or alike  # panels that name other lines stand below each other
    rows = [longest if alike else each for each in names]
    counts = [len(each) for each in rows]
    if side_by_side:
        height = 5.2 if curves else 1.6 + 0.30 * max(counts)
        width = (4.6 if curves else 3.4) * len(sections) + (0.6 if curves else 3.2)
        grid: dict[str, Any] = {"ncols": len(sections), "sharey": curves}
    else:
        height, width = 0.5 + 1.1 * len(sections) + 0.30 * sum(counts), 8.6
        grid = {"nrows": len(sections), "height_ratios": [count + 1.5 for count in counts]}
    figure = Figure(figsize=(width, height), dpi=150, layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(squeeze=False, **grid).flatten().tolist()
    titles = list(dict.fromkeys(title for each in names for title in each))
    for panel, section, row in zip(panels, sections, rows, strict=True):
        if curves:
            _curves(panel, section, titles)
        else:
            _dots(panel, section, row)
        finish_panel(panel, textwrap.fill(section.section.title, 40 if side_by_side else 70))
    if alike and not curves:
        for panel in panels[1:]:
            panel.set_yticklabels([])
    if curves:
        panels[0].set_ylabel("success rate [%]", color=INK)
        drawn: dict[str, Any] = {}
        for panel in panels:
            drawn |= dict(zip(*reversed(panel.get_legend_handles_labels()), strict=True))
        known = [title for title in titles if title in drawn]
        figure.legend(
            [drawn[title] for title in known],
            known,
            loc="outside lower center",
            ncols=3,
            frameon=False,
            fontsize=9,
        )
    figure.suptitle(table.table.title, color=INK, fontsize=12)
    return figure


def _dots(panel: "Axes", section: MeasuredSection, titles: Sequence[str]) -> None:
    """A dot with its interval for each line, at its place among `titles`, from the top."""
    place = section.section.columns.index(section.section.compared)
    for line in section.lines:
        entry = line.entries[place]
        if entry is None:
            continue
        y = len(titles) - 1 - titles.index(line.line.title)
        main = line.line == section.section.baseline
        colour = BASELINE_COLOUR if main else OTHER_COLOUR
        value, low, high = 100 * entry.value, 100 * entry.low, 100 * entry.high
        panel.plot([low, high], [y, y], color=colour, linewidth=2, alpha=0.55, zorder=2)
        marker = "D" if main else "o"
        panel.plot(
            [value], [y], marker=marker, markersize=6.5, color=colour, zorder=3, clip_on=False
        )
    panel.set_yticks(range(len(titles)), list(reversed(titles)), fontsize=9)
    panel.set_ylim(-0.7, len(titles) - 0.3)
    panel.set_xlim(0, 100)
    panel.set_xlabel(f"success rate, {section.section.compared.title} [%]", color=INK)
    panel.grid(axis="x", color=FAINT, linewidth=0.8)


def _curves(panel: "Axes", section: MeasuredSection, titles: Sequence[str]) -> None:
    """A curve with its band for each line, over the columns that have a place.

    A line looks as its place among the `titles` of all panels says, the same in each of them.
    """
    for line in section.lines:
        number = titles.index(line.line.title)
        points = _points(line, section)
        if not points:
            continue
        x, value, low, high = zip(*points, strict=True)
        main = line.line == section.section.baseline
        colour = BASELINE_COLOUR if main else _other(number)
        panel.fill_between(x, low, high, color=colour, alpha=0.12, linewidth=0)
        panel.plot(
            *(x, value),
            color=colour,
            linestyle="--" if number >= len(PALETTE) - 1 else "-",  # the colours begin anew
            marker=MARKERS[number % len(MARKERS)],
            markersize=6,
            markeredgecolor="white",
            markeredgewidth=0.8,
            linewidth=2.6 if main else 1.8,
            label=line.line.title,
            clip_on=False,
            zorder=4 if main else 3,
        )
    places = [column.x for column in section.section.columns if column.x is not None]
    finish_rates(panel, section.section.axis, places)
    panel.tick_params(axis="x", labelsize=8)


def _other(number: int) -> str:
    colours = [colour for colour in PALETTE if colour != BASELINE_COLOUR]
    return colours[number % len(colours)]


def _points(
    line: MeasuredLine, section: MeasuredSection
) -> list[tuple[float, float, float, float]]:
    """(x, value, low, high) in percent of the entries that have a place."""
    return [
        (column.x, 100 * entry.value, 100 * entry.low, 100 * entry.high)
        for column, entry in zip(section.section.columns, line.entries, strict=True)
        if column.x is not None and entry is not None
    ]

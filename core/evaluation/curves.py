"""Success over sensor noise as a picture."""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.evaluation.errors import SettingsError
from core.evaluation.results import Result, write_whole
from core.policies import MODES
from core.simulation import Condition
from core.simulation.disturbances import IMAGE_NOISE, SENSOR_NOISE, varied_noise

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OTHER_COLOURS = ("#CC79A7", "#D55E00", "#56B4E9")
"""For results of modes that are not installed here."""
HEADINGS = {
    SENSOR_NOISE: "sensor noise σ [standard deviations]",
    IMAGE_NOISE: "image noise σ [part of a pixel's range]",
}
"""Of the axis over which success is drawn."""
INK, FAINT = "#24292F", "#D8DEE4"


def plot_curves(results: Sequence[Result], path: Path | str, title: str | None = None) -> Path:
    """Draw success rate over noise with 95% Wilson intervals, one panel per task.

    The noise is that of images where several levels of it were measured, and otherwise that of the
    other senses.

    The ending of `path` chooses the format (png, svg, pdf). Results without episodes are left out.
    Where the other disturbances differ, only the results of the first are drawn, and the heading
    names them. Raises :class:`SettingsError` if nothing is left or the format is unknown, and
    :class:`core.data.StorageError` if the disk refuses.
    """
    # Only here: matplotlib takes most of a second to load, and few commands draw.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    results = [result for result in results if result.outcomes]
    if not results:
        raise SettingsError("nothing to draw: no episode has been evaluated yet")
    noise = varied_noise(result.condition for result in results)
    others = [result.condition.changed(**{noise: 0.0}) for result in results]
    shown = Condition() if Condition() in others else others[0]
    results = [result for result, found in zip(results, others, strict=True) if found == shown]
    if shown != Condition():
        title = f"{title}, {shown}" if title else str(shown)
    path = Path(path)
    tasks = list(dict.fromkeys(result.task for result in results))
    figure = Figure(figsize=(1.2 + 5.2 * len(tasks), 4.2), dpi=150, layout="constrained")
    canvas = FigureCanvasAgg(figure)
    formats = sorted(canvas.get_supported_filetypes())
    kind = path.suffix.lower().lstrip(".")
    if kind not in formats:
        raise SettingsError(f"cannot draw {path.name!r}; endings: {', '.join(formats)}")
    panels = figure.subplots(1, len(tasks), sharey=True, squeeze=False)[0]
    for panel, task in zip(panels, tasks, strict=True):
        _draw(panel, task, [result for result in results if result.task == task], noise)
    panels[0].set_ylabel("success rate [%]", color=INK)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(
        handles, labels, loc="outside lower center", ncols=len(labels), frameon=False, fontsize=9
    )
    if title:
        figure.suptitle(title, color=INK, fontsize=12)
    return save_figure(figure, path)


def _draw(panel: "Axes", task: str, results: list[Result], over: str) -> None:
    """One task: a line, markers and an interval band per mode, over the noise called `over`."""

    def level(result: Result) -> float:
        return float(getattr(result.condition, over))

    modes = list(dict.fromkeys(result.mode for result in results))
    spare = iter(OTHER_COLOURS * len(modes))
    for mode in modes:
        cells = sorted((result for result in results if result.mode == mode), key=level)
        noise = [level(result) for result in cells]
        low = [100 * result.interval[0] for result in cells]
        high = [100 * result.interval[1] for result in cells]
        rate = [100 * result.rate for result in cells]
        entry = MODES.get(mode)
        colour = entry.colour if entry is not None else next(spare)
        panel.fill_between(noise, low, high, color=colour, alpha=0.14, linewidth=0)
        panel.errorbar(
            noise,
            rate,
            yerr=[
                [max(0.0, r - b) for r, b in zip(rate, low, strict=True)],
                [max(0.0, t - r) for r, t in zip(rate, high, strict=True)],
            ],
            color=colour,
            marker=entry.marker if entry is not None else "D",
            markersize=6,
            markeredgecolor="white",
            markeredgewidth=0.8,
            linewidth=2,
            elinewidth=1,
            capsize=3,
            label=entry.title.lower() if entry is not None else mode,
            clip_on=False,
            zorder=3,
        )
    counts = sorted({result.episodes for result in results})
    number = str(counts[0]) if len(counts) == 1 else f"{counts[0]}–{counts[-1]}"
    finish_panel(panel, f"{task.replace('_', '-')}  ·  {number} episodes, 95% intervals")
    finish_rates(panel, HEADINGS[over], {level(result) for result in results})
    panel.margins(x=0.04)


def finish_panel(panel: "Axes", title: str) -> None:
    """The title of a panel, and what all panels have in common."""
    panel.set_title(title, fontsize=10, color=INK, loc="left")
    panel.tick_params(colors=INK, length=0)
    panel.set_axisbelow(True)
    for side in ("top", "right", "left"):
        panel.spines[side].set_visible(False)
    panel.spines["bottom"].set_color(FAINT)


def finish_rates(panel: "Axes", heading: str, places: Iterable[float]) -> None:
    """The axes of curves of success rates [%] over what `heading` says, measured at `places`."""
    panel.set_xlabel(heading, color=INK)
    panel.set_xticks(sorted(places))
    panel.set_ylim(0, 100)
    panel.set_yticks(range(0, 101, 20))
    panel.grid(axis="y", color=FAINT, linewidth=0.8)


def save_figure(figure: "Figure", path: Path) -> Path:
    """Write the figure in the format that `path` ends with.

    Raises :class:`core.data.StorageError` if the disk refuses.
    """
    image = io.BytesIO()
    figure.savefig(image, format=path.suffix.lower().lstrip("."), facecolor="white")
    return write_whole(path, image.getvalue())

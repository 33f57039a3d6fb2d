from dataclasses import replace

import numpy as np
import pytest
from matplotlib.image import imread

from core.evaluation import Result, SettingsError, plot_curves
from core.simulation import Condition


def row(mode: str, noise: float, successes: int, task: str = "push") -> Result:
    outcomes = tuple(i < successes for i in range(50))
    return Result(task, mode, noise, 1_000_000, outcomes, (100,) * 50)


ROWS = [
    row(mode, noise, successes)
    for mode, counts in {"bc": (48, 40, 20), "nearest": (35, 33, 25), "plan": (40, 38, 30)}.items()
    for noise, successes in zip((0.0, 0.1, 0.3), counts, strict=True)
]


def colours(path) -> list[int]:
    """How many pixels of a picture have the colour of each mode."""
    picture = imread(path)[..., :3]
    found = []
    for colour in ("#0072B2", "#E69F00", "#009E73"):
        wanted = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        found.append(int((np.abs(picture - wanted).max(axis=-1) < 0.02).sum()))
    return found


def test_every_mode_is_drawn_in_its_colour(tmp_path):
    assert min(colours(plot_curves(ROWS, tmp_path / "curves.png"))) > 200


def test_noise_of_images_is_the_axis_where_it_varies(tmp_path):
    rows = [replace(each, noise=0.2, condition=Condition(pixel_noise=each.noise)) for each in ROWS]
    drawn = colours(plot_curves(rows, tmp_path / "images.png"))
    expected = colours(plot_curves(ROWS, tmp_path / "senses.png"))
    np.testing.assert_allclose(drawn, expected, rtol=0.15)


def test_several_tasks_lie_side_by_side(tmp_path):
    one = imread(plot_curves(ROWS, tmp_path / "one.png"))
    two = imread(plot_curves([*ROWS, row("bc", 0.0, 9, "reach")], tmp_path / "two.png"))
    assert two.shape[1] > 1.6 * one.shape[1]


def test_a_single_noise_level_and_other_formats(tmp_path):
    plot_curves(ROWS[:1], tmp_path / "one.png")
    assert plot_curves(ROWS, tmp_path / "curves.svg").read_text().startswith("<?xml")


def test_nothing_to_draw_and_unknown_format(tmp_path):
    with pytest.raises(SettingsError, match="nothing to draw"):
        plot_curves([Result("push", "bc", 0.0, 0)], tmp_path / "curves.png")
    with pytest.raises(SettingsError, match="endings: "):
        plot_curves(ROWS, tmp_path / "curves.bmpx")
    assert list(tmp_path.iterdir()) == []

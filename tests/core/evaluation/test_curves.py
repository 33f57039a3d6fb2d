import numpy as np
import pytest
from matplotlib.image import imread

from core.evaluation import Result, SettingsError, plot_curves


def row(mode: str, noise: float, successes: int, task: str = "push") -> Result:
    outcomes = tuple(i < successes for i in range(50))
    return Result(task, mode, noise, 1_000_000, outcomes, (100,) * 50)


ROWS = [
    row(mode, noise, successes)
    for mode, counts in {"bc": (48, 40, 20), "nearest": (35, 33, 25), "plan": (40, 38, 30)}.items()
    for noise, successes in zip((0.0, 0.1, 0.3), counts, strict=True)
]


def test_every_mode_is_drawn_in_its_colour(tmp_path):
    picture = imread(plot_curves(ROWS, tmp_path / "curves.png"))[..., :3]
    for colour in ("#0072B2", "#E69F00", "#009E73"):
        wanted = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        near = np.abs(picture - wanted).max(axis=-1) < 0.02
        assert near.sum() > 200, colour


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

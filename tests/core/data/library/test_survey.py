from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.data import (
    InvalidEpisodeError,
    action_histogram,
    coverage,
    length_outliers,
    path_outliers,
)
from core.data.library.survey import outliers
from core.data.rows import EpisodeRow, row_of


def rows(make_episode, count: int = 12):
    return [
        row_of(Path(f"/x/{number}.hdf5"), make_episode(identifier=str(number), seed=number))
        for number in range(count)
    ]


def test_one_value_far_away_is_an_outlier_and_what_is_not_finite_is_none():
    values = np.array([1.0, 1.1, 0.9, 1.05, 9.0, np.nan, np.inf])
    assert outliers(values).tolist() == [False, False, False, False, True, False, False]
    assert outliers(np.array([2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 7.0])).tolist()[-1] is True
    assert not outliers(np.full(9, 3.0)).any()
    assert not outliers(np.array([1.0, 100.0])).any()  # two values have no middle


def test_lengths_are_compared_within_a_task(make_episode):
    lengths = {"push": [30, 31, 29, 30, 90], "reach": [88, 90, 92, 90, 89]}
    made = [
        row_of(Path(f"/x/{task}-{n}.hdf5"), make_episode(task=task, steps=steps))
        for task, each in lengths.items()
        for n, steps in enumerate(each)
    ]
    made.append(EpisodeRow(Path("/x/broken.hdf5"), None, "damaged"))
    assert np.flatnonzero(length_outliers(made)).tolist() == [4]
    long = replace(made[0], path_length=made[0].path_length * 50)
    assert np.flatnonzero(path_outliers([long, *made[1:4], made[0]])).tolist() == [0]


def test_the_histogram_counts_every_step(make_episode):
    episode = make_episode(steps=40)
    actions = np.zeros((40, 7), np.float32)
    actions[:10, 0], actions[10:, 6] = 1.0, -1.0
    row = row_of(Path("/x/a.hdf5"), replace(episode, actions=actions))
    found = action_histogram([row, row, EpisodeRow(Path("/x/b.hdf5"), None, "damaged")])
    assert found.shape == (7, 21)
    assert found.sum(axis=1).tolist() == [80] * 7
    assert found[0, [10, 20]].tolist() == [60, 20]
    assert found[6, [0, 10]].tolist() == [60, 20]
    assert action_histogram([]).shape == (0, 21)


def test_actions_of_two_robots_do_not_mix(make_episode):
    episode = make_episode()
    other = row_of(Path("/x/b.hdf5"), replace(episode, actions=episode.actions[:, :4]))
    with pytest.raises(InvalidEpisodeError, match="4 and 7 entries"):
        action_histogram([row_of(Path("/x/a.hdf5"), episode), other])


def test_coverage_counts_starts_and_goals_in_cells(make_episode):
    made = rows(make_episode)
    made = [
        replace(row, start=(0.1 * (n % 2), 0.2 * (n % 3), 0.0), goal=None)
        for n, row in enumerate(made)
    ]
    found = coverage([EpisodeRow(Path("/x/b.hdf5"), None, "damaged"), *made], "start", bins=3)
    assert found.counts.sum() == 12
    assert found.counts.tolist() == [[2, 2, 2], [0, 0, 0], [2, 2, 2]]
    assert found.share == pytest.approx(6 / 9)
    assert len(found.points) == 12
    assert found.points[0].tolist() == [0.0, 0.0, 0.0]
    assert coverage(made, "goal").points.shape == (0, 3)
    alone = coverage(made[:1])
    assert alone.counts.sum() == 1

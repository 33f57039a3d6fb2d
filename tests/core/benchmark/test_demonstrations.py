import numpy as np
import pytest

from core import versions
from core.benchmark.demonstrations import scripted_demonstrations


@pytest.fixture(scope="module")
def few(cache):
    return scripted_demonstrations(cache, "reach", 1, 3)


def test_a_training_seed_takes_starts_of_its_own(few):
    seeds = [episode.info.seed for episode in few]
    assert seeds == sorted(seeds)
    assert all(10_000 <= seed < 20_000 for seed in seeds)
    assert all(episode.info.task == "reach" and episode.info.success for episode in few)


def test_more_begin_with_the_fewer_and_are_those_made_at_once(few, cache, tmp_path):
    more = scripted_demonstrations(cache, "reach", 1, 5)
    at_once = scripted_demonstrations(tmp_path, "reach", 1, 5)
    for one, other in zip(more, at_once, strict=True):
        assert one.info.identifier == other.info.identifier
        np.testing.assert_array_equal(one.actions, other.actions)
    assert [e.info.identifier for e in few] == [e.info.identifier for e in more[:3]]


def test_what_is_there_is_not_made_again(few, cache):
    told = []
    again = scripted_demonstrations(cache, "reach", 1, 3, told.append)
    assert told == []
    np.testing.assert_array_equal(again[0].actions, few[0].actions)


def test_demonstrations_of_another_version_are_made_anew(few, cache, monkeypatch):
    monkeypatch.setattr(versions, "SIMULATION", versions.SIMULATION + 1)
    made = []
    scripted_demonstrations(cache, "reach", 1, 3, made.append)
    assert len(made) == len(few)

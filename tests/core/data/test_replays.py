"""Replays tell what disturbed commands lead to, from where demonstrations have been."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.data import InvalidEpisodeError, perturbed_replays, read_episode
from core.data.replays import LENGTH
from core.simulation import World

SAMPLES = Path(__file__).resolve().parents[3] / "recordings" / "samples"


@pytest.fixture(scope="module")
def demonstrations():
    paths = sorted((SAMPLES / "episodes").glob("pick_place-*.hdf5"))[:3]
    return [read_episode(path) for path in paths]


@pytest.fixture(scope="module")
def replays(demonstrations):
    return perturbed_replays(demonstrations, 4, seed=1)


def test_each_begins_where_its_demonstration_has_been(demonstrations, replays):
    assert len(replays) == 12
    assert len({replay_.info.identifier for replay_ in replays}) == 12
    for i, replay_ in enumerate(replays):
        source = demonstrations[i // 4]
        assert replay_.info.identifier.startswith(source.info.identifier)
        assert len(replay_) == LENGTH
        assert (replay_.states[0] == source.states).all(axis=1).any()


def test_what_follows_is_what_the_simulator_makes_of_the_commands(replays):
    one = replays[5]
    world = World(one.info.task)
    world.set_states(one.states[:1])
    for t in range(LENGTH):
        for name, row in world.observe().items():
            np.testing.assert_array_equal(row[0], one.observations[name][t])
        np.testing.assert_array_equal(world.step(one.actions[t : t + 1])[0], one.actions[t])


def test_commands_are_those_of_nobody(demonstrations, replays):
    for i, replay_ in enumerate(replays):
        assert np.abs(replay_.actions).max() <= 1.0
        given = demonstrations[i // 4].actions[:, :6]
        nearest = np.abs(replay_.actions[:, None, :6] - given[None]).max(axis=2).min(axis=1)
        assert np.median(nearest) > 0.2
    shares = [np.mean(replay_.actions[:, 6] > 0) for replay_ in replays]
    assert 0.0 < np.mean(shares) < 1.0


def test_the_same_seed_gives_the_same_and_another_others(demonstrations, replays):
    again = perturbed_replays(demonstrations, 4, seed=1)
    other = perturbed_replays(demonstrations, 4, seed=2)
    for first, second, third in zip(replays, again, other, strict=True):
        np.testing.assert_array_equal(first.actions, second.actions)
        np.testing.assert_array_equal(first.states, second.states)
        assert not np.array_equal(first.actions, third.actions)


def test_none_asked_for_none_made(demonstrations):
    assert perturbed_replays(demonstrations, 0) == []
    assert perturbed_replays([], 3) == []


def test_another_robots_episodes_are_refused_in_a_sentence(demonstrations):
    foreign = replace(
        demonstrations[0], info=replace(demonstrations[0].info, task="fold", model_hash="none")
    )
    with pytest.raises(InvalidEpisodeError, match=r"cannot be replayed .*training\.replays 0"):
        perturbed_replays([foreign], 1)

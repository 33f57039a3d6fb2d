"""Demonstrations of the scripted operator become episodes that lose nothing and can be replayed."""

import numpy as np

from core.data import scripted_episode
from core.simulation import CONTROL_RATE, demonstrate, model_hash


def test_an_episode_holds_the_demonstration_and_is_named_by_its_seed():
    (demonstration,) = demonstrate("reach", 1, 7)
    episode = scripted_episode(demonstration)
    assert episode.info.identifier == f"reach-{demonstration.seed:07d}"
    assert (episode.info.task, episode.info.operator) == ("reach", "script")
    assert (episode.info.seed, episode.info.success) == (demonstration.seed, True)
    assert episode.info.control_rate == CONTROL_RATE
    assert episode.info.model_hash == model_hash("reach")
    np.testing.assert_array_equal(episode.actions, demonstration.actions)
    np.testing.assert_array_equal(episode.states, demonstration.states)
    np.testing.assert_array_equal(episode.rewards, demonstration.rewards)
    assert episode.observations.keys() == demonstration.observations.keys()
    for name, values in demonstration.observations.items():
        np.testing.assert_array_equal(episode.observations[name], values)

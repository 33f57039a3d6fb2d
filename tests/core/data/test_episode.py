import dataclasses
import json

import numpy as np
import pytest

from core.data import InvalidEpisodeError
from core.data.episode import info_from_json, info_to_json
from core.spec import Actions


def test_rows_must_agree_in_number(make_episode):
    episode = make_episode(steps=5)
    with pytest.raises(InvalidEpisodeError, match=r"rewards has shape \(4,\); expected \(5\)"):
        dataclasses.replace(episode, rewards=np.zeros(4))


def test_numbers_must_be_finite_and_the_step_is_named(make_episode):
    episode = make_episode(steps=5)
    states = episode.states.copy()
    states[3, 1] = np.nan
    with pytest.raises(InvalidEpisodeError, match="states is not finite at step 3"):
        dataclasses.replace(episode, states=states)


def test_actions_stay_within_the_stick(make_episode):
    episode = make_episode(steps=5)
    with pytest.raises(InvalidEpisodeError, match=r"actions reach 1\.5"):
        dataclasses.replace(episode, actions=np.full((5, 7), 1.5))


def test_fields_keep_the_order_of_the_task(make_episode):
    episode = make_episode(steps=5)
    shuffled = dict(reversed(episode.observations.items()))
    with pytest.raises(InvalidEpisodeError, match="in this order"):
        dataclasses.replace(episode, observations=shuffled)


def test_arrays_are_shared_read_only(make_episode):
    episode = make_episode()
    with pytest.raises(ValueError, match="read-only"):
        episode.actions[0, 0] = 0.0
    with pytest.raises(ValueError, match="read-only"):
        episode.observations["joint_positions"][0, 0] = 0.0


def test_the_caller_keeps_its_own_array(make_episode):
    states = np.zeros((5, 40))
    episode = dataclasses.replace(make_episode(steps=5), states=states)
    states[0, 0] = 1.0
    assert episode.states[0, 0] == 0.0


def test_description_survives_json(make_episode):
    info = make_episode().info
    assert info_from_json(json.loads(json.dumps(info_to_json(info)))) == info
    assert info.duration == 1.5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": "many"}, "'steps' in the episode's description is 'many'; expected int"),
        ({"control_rate": 0.0}, "'control_rate' in the episode's description is 0.0"),
        ({"success": 3}, "'success'"),
    ],
)
def test_wrong_descriptions_are_named(make_episode, change, message):
    values = info_to_json(make_episode().info) | change
    with pytest.raises(InvalidEpisodeError, match=message):
        info_from_json(values)


def test_missing_description_is_named(make_episode):
    values = info_to_json(make_episode().info)
    del values["seed"]
    with pytest.raises(InvalidEpisodeError, match="lacks 'seed'"):
        info_from_json(values)


UNITS = Actions(("shoulder", "elbow"), offset=(10.0, -0.5), scale=(90.0, 0.25))


def test_units_of_actions_are_kept_as_json(make_episode):
    info = dataclasses.replace(make_episode().info, action_units=UNITS)
    stored = json.loads(json.dumps(info_to_json(info)))
    assert stored["action_units"].keys() == {"names", "offset", "scale"}
    assert info_from_json(stored) == info


@pytest.mark.parametrize(
    "values",
    [
        "text",
        {"names": ["a"]},
        {"names": ["a"], "offset": [0.0], "scale": [0.0]},
        {"names": ["a"], "offset": ["x"], "scale": [1.0]},
        {"names": ["a", "b"], "offset": [0.0], "scale": [1.0]},
        {"names": ["a"], "offset": [float("nan")], "scale": [1.0]},
    ],
)
def test_units_that_make_no_sense_are_refused(make_episode, values):
    stored = info_to_json(make_episode().info) | {"action_units": values}
    with pytest.raises(InvalidEpisodeError, match="action_units"):
        info_from_json(stored)

"""The file against robomimic's documented layout, read with plain h5py."""

import json

import h5py
import numpy as np
import pytest

from core.data import write_episode
from core.data.layout import encode


@pytest.fixture
def opened(tmp_path, make_episode):
    episode = make_episode()
    with h5py.File(write_episode(tmp_path, episode), "r") as file:
        yield file, episode


def test_data_group_holds_what_robomimic_reads_first(opened):
    file, episode = opened
    data = file["data"]
    assert int(data.attrs["total"]) == 30
    environment = json.loads(data.attrs["env_args"])
    assert set(environment) == {"env_name", "type", "env_kwargs"}
    assert environment["env_name"] == "push"
    assert isinstance(environment["type"], int)
    assert environment["env_kwargs"]["control_rate"] == episode.info.control_rate


def test_every_member_of_data_is_a_demonstration(opened):
    file, _ = opened
    assert list(file["data"]) == ["demo_0"]
    assert [int(name[5:]) for name in file["data"]] == [0]
    assert list(file) == ["data"]


def test_every_field_of_the_demonstration(opened):
    file, episode = opened
    demonstration = file["data/demo_0"]
    assert int(demonstration.attrs["num_samples"]) == 30
    expected = {
        "actions": (episode.actions, (30, 7), "f4"),
        "rewards": (episode.rewards, (30,), "f4"),
        "dones": (episode.dones, (30,), "u1"),
        "states": (episode.states, (30, 40), "f8"),
        "interventions": (episode.interventions, (30,), "u1"),
        "obs/end_effector_position": (episode.observations["end_effector_position"], (30, 3), "f4"),
        "obs/gripper_opening": (episode.observations["gripper_opening"], (30, 1), "f4"),
        "obs/joint_positions": (episode.observations["joint_positions"], (30, 7), "f4"),
    }
    found = []
    demonstration.visititems(
        lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None
    )
    assert sorted(found) == sorted(expected)
    for name, (values, shape, kind) in expected.items():
        dataset = demonstration[name]
        assert dataset.shape == shape
        assert dataset.dtype == np.dtype(kind)
        np.testing.assert_array_equal(dataset[:], values)
    assert np.abs(demonstration["actions"][:]).max() <= 1.0


def test_files_are_packed(make_episode):
    episode = make_episode(steps=200)
    still = episode.states * 0 + episode.states[0]
    arrays = episode.actions.nbytes + still.nbytes
    packed = encode(type(episode)(**(vars(episode) | {"states": still})))
    assert len(packed) < 0.35 * arrays

"""Episodes with camera images, and of robots that the simulator does not know."""

from dataclasses import replace

import numpy as np
import pytest

from core.data import InvalidEpisodeError, read_episode, write_episode
from core.spec import Actions


@pytest.fixture
def with_images(make_episode):
    episode = make_episode(steps=12)
    pictures = np.random.default_rng(0).integers(0, 256, (12, 20, 24, 3), dtype=np.uint8)
    info = replace(episode.info, images=("workspace_image",))
    return replace(episode, info=info, images={"workspace_image": pictures})


def test_images_are_kept_and_may_be_left_in_the_file(with_images, tmp_path):
    path = write_episode(tmp_path, with_images)
    again = read_episode(path)
    np.testing.assert_array_equal(
        again.images["workspace_image"], with_images.images["workspace_image"]
    )
    assert tuple(again.observations) == again.info.fields
    without = read_episode(path, images=False)
    assert without.images == {}
    assert without.info.images == ("workspace_image",)


def test_images_cannot_be_lost_by_saving_what_was_read_without_them(with_images, tmp_path):
    path = write_episode(tmp_path, with_images)
    before = path.read_bytes()
    with pytest.raises(InvalidEpisodeError, match="without its images"):
        write_episode(tmp_path, read_episode(path, images=False), replace=True)
    assert path.read_bytes() == before


def test_images_of_another_shape_are_refused(with_images):
    with pytest.raises(InvalidEpisodeError, match="workspace_image"):
        replace(with_images, images={"workspace_image": np.zeros((3, 20, 24, 3), np.uint8)})
    with pytest.raises(InvalidEpisodeError, match="expected only"):
        replace(with_images, images={"side_image": np.zeros((12, 20, 24, 3), np.uint8)})


def test_another_robot_needs_no_states(make_episode, tmp_path):
    episode = make_episode(steps=12)
    units = Actions(tuple("abcdefg"), offset=(0.0,) * 7, scale=(90.0,) * 7)
    foreign = replace(
        episode,
        info=replace(episode.info, model_hash="none", action_units=units),
        states=np.zeros((12, 0)),
    )
    again = read_episode(write_episode(tmp_path, foreign))
    assert again.states.shape == (12, 0)
    assert again.info == foreign.info
    with pytest.raises(InvalidEpisodeError, match="one name for each"):
        replace(foreign, actions=foreign.actions[:, :3])

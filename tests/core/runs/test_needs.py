"""What a training leaves out and must make first, told before it starts."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from core.data import read_episode, read_info
from core.learning import EncoderConfiguration
from core.runs.images import with_images
from core.runs.needs import fitting, missing_images

CAMERAS = EncoderConfiguration(kind="cnn", senses=("cameras",))
FORCE = replace(CAMERAS, senses=("cameras+force",))


@pytest.fixture
def described(recordings):
    return [(path, read_info(path)) for path in recordings]


def test_all_fit_and_their_images_are_missing_until_they_were_drawn(described, tmp_path):
    moved = [(Path(shutil.copy(path, tmp_path)), info) for path, info in described]
    found = fitting(moved, CAMERAS)
    assert found.recordings == tuple(moved) and not found.left_out
    before = missing_images(moved, CAMERAS)
    assert before.recordings == 3
    assert 0.0 < before.seconds < 60.0
    with_images([read_episode(moved[0][0], images=False)], [moved[0][0]], CAMERAS)
    assert missing_images(moved, CAMERAS).recordings == 2
    assert missing_images(moved, replace(CAMERAS, image_size=96)).recordings == 3
    assert missing_images(moved, EncoderConfiguration()).recordings == 0


def without(info, *names):
    return replace(info, fields=tuple(name for name in info.fields if name not in names))


def test_what_lacks_something_is_left_out_for_a_reason(described):
    (a, info), (b, _), (c, _) = described
    foreign = replace(info, model_hash="none")
    mixed = [(a, info), (b, without(info, "wrist_force")), (c, replace(info, model_hash="0" * 64))]
    assert fitting(mixed, EncoderConfiguration()).left_out == ()
    assert fitting(mixed, CAMERAS).left_out == (("of another scene or version of it", 1),)
    found = fitting(mixed, FORCE)
    assert [path for path, _ in found.recordings] == [a]
    assert dict(found.left_out) == {"without forces": 1, "of another scene or version of it": 1}
    assert fitting([(a, foreign)], CAMERAS).left_out == (("without images", 1),)
    named = replace(CAMERAS, senses=("wrist_image", "gripper_opening", "smell"))
    assert fitting([(a, info)], named).left_out == (("without 'smell'", 1),)


def test_images_of_another_robot_are_what_it_carries(described):
    path, info = described[0]
    foreign = replace(info, model_hash="none", images=("front",))
    assert fitting([(path, foreign)], FORCE).left_out == ()

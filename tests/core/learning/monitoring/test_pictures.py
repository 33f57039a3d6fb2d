"""Images of a training for people: as the encoder is given them, small, and without a trace."""

import numpy as np
import pytest
import torch

from core.learning import Trainer, measured_rows, reports, row_pictures
from core.learning.dataset.frames import Frames
from core.learning.monitoring.pictures import LARGEST, SHOWN, SMALL, _pictures, training_pictures

CAMERAS = {"front_image", "side_image"}


def test_images_are_changed_as_for_the_encoder(filmed, small_configuration):
    plain, noisy = (
        Trainer(filmed, small_configuration("cameras", batch=12, image_shift=0, **more), "cpu")
        for more in ({}, {"pixel_noise": 0.3})
    )
    shown = training_pictures(plain)
    assert set(shown) == CAMERAS
    stored = filmed.demonstrations.observations["front_image"].numpy()
    for image in shown["front_image"]:
        assert image.dtype == np.uint8
        assert (stored == image).all(axis=(1, 2, 3)).any(), "without changes it is a stored one"
    assert shown["front_image"].shape == (SHOWN, 16, 16, 3)
    assert training_pictures(noisy)["front_image"].astype(int).std() > 0
    assert len(np.unique(training_pictures(noisy)["front_image"])) > 50


@pytest.mark.parametrize("changes", [{}, {"noise": 0.3, "brightness": 0.2, "pixel_noise": 0.2}])
def test_a_look_changes_nothing_of_the_training(changes, filmed, small_configuration):
    c = small_configuration("cameras", **changes)
    silent, looked_at = Trainer(filmed, c, "cpu"), Trainer(filmed, c, "cpu")
    for _ in range(3):
        silent.update()
        training_pictures(looked_at)
        looked_at.update()
    one, other = silent.state().tensors, looked_at.state().tensors
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_policy_of_the_state_has_no_images(dataset, small_configuration):
    trainer = Trainer(dataset, small_configuration(), "cpu")
    assert training_pictures(trainer) == {}
    assert row_pictures(trainer, measured_rows(trainer)[0]) == {}


def test_reports_carry_images_once_a_second(filmed, small_configuration):
    trainer = Trainer(filmed, small_configuration("cameras"), "cpu")
    given = [report.images for report in reports(trainer, report_every=0.0)]
    assert given[0] is not None
    assert set(given[0]) == CAMERAS
    assert given[1] is None


def test_rows_have_small_pictures_in_the_order_of_the_latent_map(filmed, small_configuration):
    trainer = Trainer(filmed, small_configuration("cameras"), "cpu")
    rows, progress = measured_rows(trainer)
    pictures = row_pictures(trainer, rows)
    assert {name: len(each) for name, each in pictures.items()} == dict.fromkeys(
        CAMERAS, len(progress)
    )
    np.testing.assert_array_equal(pictures["front_image"][5], rows["front_image"][5].numpy())


def test_large_images_are_scaled_down_and_keep_their_form():
    images = torch.full((70, 120, 240, 3), 90, dtype=torch.uint8)
    for largest in (SMALL, LARGEST):
        (shown,) = _pictures({"front": Frames.of(images)}, largest).values()
        assert shown.shape == (70, largest // 2, largest, 3)
        assert (shown == 90).all()

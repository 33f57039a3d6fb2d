import time

import numpy as np
import pytest

from core.simulation import DISTURBANCES
from core.simulation.disturbances import Draws, ImageDisturbance
from core.simulation.disturbances.images import GREY

N, SIZE = 40, 64
SEEDS = range(1_000_000, 1_000_000 + N)
CAMERAS = ("workspace_image", "wrist_image")
KINDS = [each for each in DISTURBANCES.values() if isinstance(each, ImageDisturbance)]
EPISODE = ("brightness", "contrast", "colour_cast", "patch")
"""Those that stay for an episode."""


def images(value: int | None = None, height: int = SIZE, width: int = SIZE, count: int = N):
    """Images of one value, or of random ones."""
    generator = np.random.default_rng(0)
    shape = (count, height, width, 3)
    return {
        name: generator.integers(0, 256, shape, np.uint8)
        if value is None
        else np.full(shape, value, np.uint8)
        for name in CAMERAS
    }


def disturbed(name: str, strength: float, given=None, seeds=SEEDS, step: int = 7):
    given = images(128) if given is None else given
    return DISTURBANCES[name].disturb(given, strength, Draws({}, seeds), step)


def offsets(name: str, strength: float, value: int = 128, **more) -> np.ndarray:
    """What is added to images of one value (cameras, n, height, width, 3), in [0, 1]."""
    made = disturbed(name, strength, images(value), **more)
    return np.stack([made[camera] for camera in CAMERAS]).astype(float) / 255 - value / 255


@pytest.mark.parametrize("kind", KINDS, ids=lambda each: each.name)
@pytest.mark.parametrize("strength", ["example", "largest"])
@pytest.mark.parametrize("shape", [(64, 64), (48, 30), (21, 37)])
def test_images_stay_images_and_those_given_stay_as_they_were(kind, strength, shape):
    given = images(None, *shape, count=3)
    before = {name: image.copy() for name, image in given.items()}
    made = kind.disturb(given, getattr(kind, strength), Draws({}, range(3)), 0)
    for name, image in made.items():
        assert image.dtype == np.uint8 and image.shape == (3, *shape, 3)
        assert image.flags.c_contiguous
        np.testing.assert_array_equal(given[name], before[name])
        assert not np.array_equal(image, before[name])


@pytest.mark.parametrize("kind", KINDS, ids=lambda each: each.name)
def test_an_image_depends_on_seed_step_and_camera_alone(kind):
    given = images()
    together = kind.disturb(given, kind.example, Draws({}, SEEDS), 7)
    one = {name: image[3:4] for name, image in given.items()}
    alone = kind.disturb(
        {"wrist_image": one["wrist_image"]}, kind.example, Draws({}, [SEEDS[3]]), 7
    )
    np.testing.assert_array_equal(together["wrist_image"][3:4], alone["wrist_image"])
    again = kind.disturb(given, kind.example, Draws({}, SEEDS), 8)
    stays = all(np.array_equal(together[name], again[name]) for name in CAMERAS)
    assert stays == (kind.name in (*EPISODE, "blur"))


@pytest.mark.parametrize("name", ["pixel_noise", *EPISODE])
def test_cameras_and_seeds_differ(name):
    made = disturbed(name, 0.3, {camera: images()[CAMERAS[0]] for camera in CAMERAS})
    first, second = (made[camera] for camera in CAMERAS)
    assert not np.array_equal(first, second)
    same = {camera: images(64)[camera] for camera in CAMERAS}
    assert len({row.tobytes() for row in disturbed(name, 0.3, same)["wrist_image"]}) > 1


def test_pixel_noise_is_gaussian_of_its_strength_and_independent():
    noise = offsets("pixel_noise", 0.1)
    assert abs(noise.mean()) < 2e-4
    np.testing.assert_allclose(noise.std(), 0.1, rtol=0.01)
    standard = noise / noise.std()
    np.testing.assert_allclose((standard**4).mean(), 3.0, atol=0.05)
    np.testing.assert_allclose((np.abs(standard) > 2).mean(), 0.0455, atol=0.003)
    neighbours = (
        (noise[:, :, 1:], noise[:, :, :-1]),
        (noise[..., 0], noise[..., 1]),
        (noise[:, 1:], noise[:, :-1]),
        (noise[:1], noise[1:]),
        (noise, offsets("pixel_noise", 0.1, step=8)),
    )
    for one, other in neighbours:
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.01


def test_pixel_noise_is_clipped_as_a_camera_clips():
    noise = offsets("pixel_noise", 0.1, value=0)
    assert noise.min() == 0.0
    np.testing.assert_allclose((noise == 0.0).mean(), 0.5, atol=0.02)
    assert np.isin(offsets("pixel_noise", 1e6, value=0), (0.0, 1.0)).mean() > 0.999


def test_pixel_noise_is_fast():
    given, draws = images(count=20), Draws({}, range(20))
    DISTURBANCES["pixel_noise"].disturb(given, 0.1, draws, 0)
    began = time.process_time()
    for step in range(5):
        DISTURBANCES["pixel_noise"].disturb(given, 0.1, draws, step)
    assert (time.process_time() - began) / (5 * 20 * len(CAMERAS)) < 0.3e-3


@pytest.mark.parametrize("height", [64, 128])
def test_blur_spreads_a_point_by_its_strength_as_the_image_is_large(height):
    given = {name: np.zeros((1, height, height, 3), np.uint8) for name in CAMERAS}
    middle = height // 2
    given["wrist_image"][0, middle - 1 : middle + 2, middle - 1 : middle + 2] = 255
    blurred = disturbed("blur", 3.0, given, [0])["wrist_image"][0, :, :, 0].astype(float)
    along = blurred.sum(axis=1) / blurred.sum()
    places = np.arange(height)
    mean = (along * places).sum()
    spread = ((along * (places - mean) ** 2).sum() - 2 / 3) ** 0.5
    np.testing.assert_allclose(mean, middle, atol=0.1)
    np.testing.assert_allclose(spread, 3.0 * height / 64, rtol=0.12)
    assert not offsets("blur", 5.0).any()  # nothing to blur, up to the border


def test_brightness_is_one_step_up_or_down():
    offset = offsets("brightness", 0.2)
    each = offset.mean(axis=(2, 3, 4))  # (cameras, n)
    assert (np.ptp(offset.reshape(*each.shape, -1), axis=-1) == 0).all()
    np.testing.assert_allclose(np.abs(each), 0.2, atol=0.003)
    assert 0.3 < (each > 0).mean() < 0.7
    assert set(np.unique(offsets("brightness", 1.0))) == {-128 / 255, 127 / 255}


def test_contrast_scales_the_distance_from_grey():
    dark, light = (offsets("contrast", 0.5, value=value) for value in (68, 188))
    gain = (light[..., 0, 0, 0] - dark[..., 0, 0, 0]) / (120 / 255)
    np.testing.assert_allclose(np.abs(gain), 0.5, atol=0.01)
    np.testing.assert_allclose(dark, -light, atol=0.01)
    assert 0.3 < (gain > 0).mean() < 0.7


def test_a_colour_cast_gives_each_colour_a_gain():
    gain = offsets("colour_cast", 0.4)[..., 0, 0, :] / (128 / 255)  # (cameras, n, 3)
    assert np.abs(gain).max() <= 0.41
    np.testing.assert_allclose(gain.std(), 0.4 / 3**0.5, rtol=0.15)
    assert abs(np.corrcoef(gain[..., 0].ravel(), gain[..., 1].ravel())[0, 1]) < 0.3


@pytest.mark.parametrize(("strength", "side"), [(0.25, 16), (0.5, 32), (1.0, 64)])
def test_a_patch_is_a_grey_square_anywhere(strength, side):
    made = disturbed("patch", strength, images(0))["workspace_image"]
    covered = (made == GREY).all(axis=-1)  # (n, height, width)
    np.testing.assert_array_equal(covered.sum(axis=(1, 2)), side**2)
    tops, lefts = covered.any(axis=2).argmax(axis=1), covered.any(axis=1).argmax(axis=1)
    for row, (top, left) in enumerate(zip(tops, lefts, strict=True)):
        assert covered[row, top : top + side, left : left + side].all()
    if side < 64:
        assert np.ptp(tops) > 0.7 * (64 - side) and np.ptp(lefts) > 0.7 * (64 - side)

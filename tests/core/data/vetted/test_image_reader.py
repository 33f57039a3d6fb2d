"""Images read one at a time: the same ones, as carefully, and never a whole camera."""

import zlib
from dataclasses import replace

import h5py
import numpy as np
import pytest

from core.data import (
    DamagedRecordingError,
    ImageReader,
    StorageError,
    UnsafeRecordingError,
    write_episode,
)

STEPS = 12
CAMERA = "data/demo_0/obs/front"


@pytest.fixture
def filmed(make_episode):
    episode = make_episode(steps=STEPS)
    chance = np.random.default_rng(0)
    images = {
        "front": chance.integers(0, 256, (STEPS, 20, 24, 3), dtype=np.uint8),
        # each packs to more than what is unpacked without a look
        "side": chance.integers(0, 256, (STEPS, 320, 320, 3), dtype=np.uint8),
    }
    info = replace(episode.info, images=tuple(images))
    return replace(episode, info=info, images=images)


@pytest.fixture
def path(filmed, tmp_path):
    return write_episode(tmp_path, filmed)


def stored_anew(path, **how):
    with h5py.File(path, "r+") as file:
        images = file[CAMERA][()]
        del file[CAMERA]
        file.create_dataset(CAMERA, **({"data": images} | how))


def test_every_image_of_every_camera_is_the_recorded_one(filmed, path):
    with ImageReader(path) as reader:
        assert reader.names == ("front", "side")
        for step in (5, 0, STEPS - 1):
            for name in reader.names:
                np.testing.assert_array_equal(reader.read(name, step), filmed.images[name][step])


@pytest.mark.parametrize("how", [{}, {"chunks": (5, 20, 24, 3)}, {"chunks": (2, 10, 24, 3)}])
def test_images_may_lie_in_other_pieces(filmed, path, how):
    stored_anew(path, **how, **({"compression": "gzip"} if how else {}))
    with ImageReader(path) as reader:
        np.testing.assert_array_equal(reader.read("front", 7), filmed.images["front"][7])


def test_what_is_not_there_is_said(path, tmp_path):
    with ImageReader(path) as reader:
        with pytest.raises(KeyError, match="front, side"):
            reader.read("wrist", 0)
        with pytest.raises(IndexError, match="12 steps"):
            reader.read("front", STEPS)
    with pytest.raises(StorageError, match="does not exist"):
        ImageReader(tmp_path / "none.hdf5")


def test_an_episode_without_images_has_no_cameras(make_episode, tmp_path):
    with ImageReader(write_episode(tmp_path, make_episode())) as reader:
        assert reader.names == ()


@pytest.mark.parametrize("shape", [(STEPS, 20, 24, 4), (STEPS - 1, 20, 24, 3), (STEPS, 20, 24)])
def test_images_of_another_shape_are_damage(path, shape):
    stored_anew(path, data=np.zeros(shape, np.uint8))
    with pytest.raises(DamagedRecordingError, match="height, width, 3"):
        ImageReader(path)


def test_a_link_out_of_the_file_is_not_followed(path, tmp_path):
    with h5py.File(path, "r+") as file:
        del file[CAMERA]
        file[CAMERA] = h5py.ExternalLink(str(tmp_path / "other.hdf5"), "/images")
    with pytest.raises(UnsafeRecordingError, match="outside"):
        ImageReader(path)


def test_images_in_one_huge_piece_are_refused(path):
    shape = (STEPS, 2048, 2048, 3)
    chance = np.random.default_rng(0)
    images = np.repeat(chance.integers(0, 256, (STEPS, 2048, 1, 3), dtype=np.uint8), 2048, axis=2)
    stored_anew(path, data=images, chunks=shape, compression="gzip")
    with pytest.raises(UnsafeRecordingError, match="pieces of more than"):
        ImageReader(path)


def test_an_image_that_unpacks_to_more_than_it_declares_is_refused(path):
    with h5py.File(path, "r+") as file:
        side = file["data/demo_0/obs/side"]
        noise = np.random.default_rng(1).integers(0, 256, 400_000, dtype=np.uint8).tobytes()
        side.id.write_direct_chunk((3, 0, 0, 0), zlib.compress(noise))
    with ImageReader(path) as reader:
        reader.read("side", 2)
        with pytest.raises(UnsafeRecordingError, match="packs more"):
            reader.read("side", 3)

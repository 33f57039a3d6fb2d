"""Files of images appear whole, and nothing else is taken for one."""

import os
import subprocess
import sys
import time

import numpy as np
import pytest

from core.data import StorageError
from core.images.cache import new_images, opened, target_of, tidy
from core.simulation import image_field
from core.spec import Field

SHAPE = (5, 4, 4, 3)
IMAGES = np.arange(240, dtype=np.uint8).reshape(SHAPE)


def write(target, images=IMAGES):
    with new_images(target, SHAPE) as append:
        append(images[:2])
        append(images[2:])


def test_what_was_written_is_read(tmp_path):
    target = tmp_path / "made" / "a.0.npy"
    assert opened(target, SHAPE) is None
    write(target)
    np.testing.assert_array_equal(opened(target, SHAPE), IMAGES)
    np.testing.assert_array_equal(np.load(target), IMAGES)
    assert opened(target, (4, *SHAPE[1:])) is None


def test_a_failure_leaves_nothing(tmp_path):
    target = tmp_path / "a.0.npy"
    with pytest.raises(KeyError), new_images(target, SHAPE) as append:
        append(IMAGES[:2])
        raise KeyError
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_an_error_and_no_signal(tmp_path):
    code = """
import resource, sys
import numpy as np
from pathlib import Path
from core.data import StorageError
from core.images.cache import new_images
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))
try:
    with new_images(Path(sys.argv[1]), (100, 64, 64, 3)) as append:
        for _ in range(100):
            append(np.zeros((1, 64, 64, 3), np.uint8))
except StorageError as error:
    print(error)
"""
    target = tmp_path / "a.0.npy"
    done = subprocess.run([sys.executable, "-c", code, target], capture_output=True, text=True)
    assert "the disk is full" in done.stdout, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_none_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="part of this path is a file"):
        write(tmp_path / "file" / "a.0.npy")


@pytest.mark.parametrize("harm", ["objects", "text", "zip", "fortran", "floats"])
def test_nothing_else_is_opened(tmp_path, harm):
    target = tmp_path / "a.0.npy"
    if harm == "objects":
        np.save(target, np.array([{}] * 5, object), allow_pickle=True)
    elif harm == "text":
        target.write_text("no images")
    elif harm == "zip":
        np.savez(tmp_path / "z.npz", IMAGES)
        (tmp_path / "z.npz").rename(target)
    elif harm == "fortran":
        np.save(target, np.asfortranarray(IMAGES))
    else:
        np.save(target, IMAGES.astype(np.float32))
    assert opened(target, SHAPE) is None


def test_names_of_fields_become_names_of_folders(paths, episodes):
    def folder(field):
        return target_of(paths[0], episodes[0], field).parent.name

    assert folder(image_field("wrist", 96)) == "wrist_image-96-r1"
    odd = [folder(Field(name, (4, 8, 3), "image")) for name in ("a/../b", "a/..\\b", "a_____b")]
    assert len(set(odd)) == 3
    assert all("/" not in name and "." not in name for name in odd)


def test_only_what_no_recording_can_use_is_removed(paths, episodes):
    field = image_field("wrist", 4)
    target = target_of(paths[0], episodes[0], field)
    other = target_of(paths[1], episodes[1], field)
    changed = target.with_name(f"{paths[0].stem}.0000.npy")
    gone = target.with_name("gone.0000.npy")
    killed = target.with_name(".writing-1-x.tmp")
    for file in (target, other, changed, gone, killed):
        write(file)
    old = time.time() - 7200
    os.utime(killed, (old, old))
    tidy(paths[0].parent, {target})
    assert sorted(target.parent.iterdir()) == sorted((target, other))

"""Images of any size become those that a policy looks at."""

import numpy as np
import pytest
from PIL import Image

from core.learning.dataset.resizing import resized


@pytest.mark.parametrize(("height", "width"), [(480, 640), (32, 48), (64, 64), (100, 31)])
def test_it_gives_what_pillow_gives(height, width):
    images = np.random.default_rng(0).integers(0, 256, (3, height, width, 3), dtype=np.uint8)
    found = resized(images, 64, 64)
    assert found.shape == (3, 64, 64, 3) and found.dtype == np.uint8
    for mine, image in zip(found, images, strict=True):
        theirs = np.asarray(Image.fromarray(image).resize((64, 64), Image.Resampling.BILINEAR))
        assert np.abs(mine.astype(int) - theirs).max() <= 1


def test_images_of_the_size_stay_as_they_are():
    images = np.zeros((2, 64, 64, 3), np.uint8)
    assert resized(images, 64, 64) is images

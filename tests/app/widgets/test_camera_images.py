"""Camera images as large as they fit."""

from __future__ import annotations

import numpy as np
import pytest

from app.widgets.camera_images import CAPTION, LARGEST, MARGIN, CameraImages, image_of


@pytest.fixture
def shown(qtbot):
    """Shows two images of 4 x 4 pixels, one half black and one half white, in a given size."""

    def make(width, height, *, smooth=False):
        widget = CameraImages(smooth=smooth)
        qtbot.addWidget(widget)
        widget.resize(width, height)
        pixels = np.zeros((4, 4, 3), np.uint8)
        pixels[:, 2:] = 255
        widget.show_images((("workspace_image", image_of(pixels)), ("wrist", image_of(pixels))))
        image = widget.grab().toImage()
        greys = [[image.pixelColor(x, y).lightness() for x in range(width)] for y in range(height)]
        return np.array(greys)

    return make


def test_large_images_are_kept_at_the_size_of_a_window():
    image = image_of(np.full((1000, 2000, 3), 80, np.uint8))
    assert (image.width(), image.height()) == (LARGEST, LARGEST // 2)


def test_images_stand_side_by_side_in_a_wide_place_and_stacked_in_a_high_one(shown):
    edge = 200
    wide = shown(2 * edge + 3 * MARGIN, edge + CAPTION + 2 * MARGIN)
    row = wide[MARGIN + edge // 2] == 255
    assert row.sum() == edge, "two white halves beside each other"
    high = shown(edge + 2 * MARGIN, 2 * (edge + CAPTION) + 3 * MARGIN)
    column = high[:, MARGIN + edge - 10] == 255
    assert column.sum() >= 2 * edge


def test_pixels_stay_squares_unless_smoothing_is_asked_for(shown):
    size = 448, 232
    between = [np.unique(shown(*size, smooth=smooth)[116, 40:190]).size for smooth in (False, True)]
    assert between[0] == 2
    assert between[1] > 10

"""The strip of training images."""

from __future__ import annotations

import numpy as np
import pytest

from app.pages.train.training_images import APART, EDGE, GAP, TrainingImages


@pytest.fixture
def strip(qtbot):
    widget = TrainingImages()
    qtbot.addWidget(widget)
    widget.resize(900, 100)
    return widget


def test_windows_stand_side_by_side_with_all_their_cameras_and_none_is_cut(strip):
    images = {
        "workspace_image": np.full((6, 16, 16, 3), 255, np.uint8),
        "wrist_image": np.full((6, 16, 32, 3), 255, np.uint8),
    }
    strip.show_images(images)
    assert strip.isVisibleTo(strip.parentWidget())
    strip.strip.resize(700, EDGE)
    drawn = strip.strip.grab().toImage()
    white = [drawn.pixelColor(x, EDGE // 2).lightness() == 255 for x in range(700)]
    window = EDGE + GAP + 2 * EDGE
    fitting = (700 + APART) // (window + APART)
    assert sum(white) == fitting * 3 * EDGE
    assert white[:EDGE] == [True] * EDGE
    assert not any(white[EDGE : EDGE + GAP])


def test_without_images_the_strip_is_hidden(strip):
    strip.show_images({"front": np.zeros((1, 4, 4, 3), np.uint8)})
    strip.show_images({})
    assert strip.isHidden()

"""Images of a training for people: what the encoder is given, and small pictures of rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from core.learning.dataset.frames import Frames
from core.learning.dataset.observation import Observation
from core.learning.trainer import Trainer

SHOWN = 8
"""Windows of which the images are shown."""
LARGEST = 96
"""Longest edge of what is shown [px]."""
SMALL = 32
"""The same of pictures of single rows [px]: 512 rows of two cameras are 3 MB."""
AT_ONCE = 64
"""Images that are held in memory together."""

Pictures = dict[str, np.ndarray]
"""Images (n, height, width, 3) uint8 of each camera."""


def training_pictures(trainer: Trainer) -> Pictures:
    """Images as the encoder is given them: moved, toned and noisy, a window each, `SHOWN` of them.

    Empty where it is given none. Nothing of the training changes.
    """
    return _pictures(
        {name: frames[:SHOWN] for name, frames in trainer.given_images().items()}, LARGEST
    )


def row_pictures(trainer: Trainer, rows: Observation) -> Pictures:
    """Small pictures of what a policy senses of `rows` (n); empty where it senses no images."""
    sensed = trainer.model.spec.sensed_images if trainer.model.encoder.takes_images else ()
    return _pictures({field.name: rows.images[field.name] for field in sensed}, SMALL)


@torch.no_grad()
def _pictures(images: Mapping[str, Frames], largest: int) -> Pictures:
    return {
        name: np.concatenate(
            [
                _small(frames[n : n + AT_ONCE].pixels(), largest)
                for n in range(0, len(frames), AT_ONCE)
            ]
        )
        for name, frames in images.items()
        if len(frames)
    }


def _small(pixels: Tensor, largest: int) -> np.ndarray:
    """Pixels (n, 3, height, width) in [0, 1] as uint8 (n, height, width, 3), at most so large."""
    height, width = pixels.shape[-2:]
    scale = largest / max(height, width)
    if scale < 1.0:
        size = max(1, round(scale * height)), max(1, round(scale * width))
        pixels = functional.interpolate(pixels, size, mode="area")
    rows = pixels.mul(255.0).round_().clamp_(0.0, 255.0).to(torch.uint8).permute(0, 2, 3, 1)
    return np.ascontiguousarray(rows.cpu().numpy())

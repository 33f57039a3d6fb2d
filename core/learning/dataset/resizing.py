"""Images of any size brought to the size that a policy looks at."""

import numpy as np
import torch
from torch.nn import functional

ROWS_AT_ONCE = 64
"""Images that are resized together; bounds the memory."""


def resized(images: np.ndarray, height: int, width: int) -> np.ndarray:
    """uint8 `images` (n, h, w, 3) as (n, height, width, 3), every pixel the mean of what it covers.

    The whole image is kept, so that a wide one is squeezed. Images of that size are returned as
    they are. (Pillow gives nearly the same numbers, but is no part of a light installation.)
    """
    if images.shape[1:3] == (height, width):
        return images
    found = np.empty((len(images), height, width, 3), np.uint8)
    for start in range(0, len(images), ROWS_AT_ONCE):
        part = torch.from_numpy(np.array(images[start : start + ROWS_AT_ONCE]))
        pixels = part.permute(0, 3, 1, 2).float()
        pixels = functional.interpolate(pixels, (height, width), mode="bilinear", antialias=True)
        found[start : start + ROWS_AT_ONCE] = (
            pixels.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
        )
    return found

"""Single images as PNG, and back, with nothing but PNG and JPEG accepted."""

import io

import numpy as np
from PIL import Image

from core.exchange.errors import UnusableSourceError

LARGEST_SIDE = 8192
"""Images wider or higher than this are not decoded [px]."""


def to_png(picture: np.ndarray) -> bytes:
    """A picture (height, width, 3) uint8 without loss."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG", compress_level=4)
    return buffer.getvalue()


def from_bytes(data: bytes) -> np.ndarray:
    """The picture (height, width, 3) uint8 in a PNG or JPEG file's bytes.

    Raises :class:`UnusableSourceError` for anything else, and for one that declares to be huge.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            if max(image.size) > LARGEST_SIDE:
                raise UnusableSourceError(
                    f"an image of {image.size[0]} x {image.size[1]} pixels; at most "
                    f"{LARGEST_SIDE} each way are read"
                )
            return np.asarray(image.convert("RGB"))
    except UnusableSourceError:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnusableSourceError(f"an image cannot be read ({error})") from error

"""Single images as PNG, and back, with nothing but PNG and JPEG accepted."""

import io
from collections.abc import Iterable

import numpy as np
from PIL import Image

from core.data.vetted.hdf5_file import MAX_BYTES
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


def stack(pictures: Iterable[np.ndarray], count: int) -> np.ndarray:
    """At most `count` pictures (height, width, 3) as one array (…, height, width, 3) uint8.

    Raises :class:`UnusableSourceError` for several sizes, and, after the first picture, if all of
    them would be larger than a recording may be.
    """
    taken = np.empty((0, 0, 0, 3), np.uint8)
    number = 0
    for picture in pictures:
        if number == 0:
            if picture.nbytes * count > MAX_BYTES:
                raise UnusableSourceError(
                    f"{count} images of {picture.shape[1]} x {picture.shape[0]} pixels are more "
                    f"than {MAX_BYTES / 2**30:g} GiB; leave them out with --no-images"
                )
            taken = np.empty((count, *picture.shape), np.uint8)
        if picture.shape != taken.shape[1:]:
            raise UnusableSourceError("images of an episode have several sizes")
        taken[number] = picture
        number += 1
    return taken[:number]

"""Disturbances of what cameras show. Values are parts of the range of a pixel, [0, 1].

What stays for an episode is drawn anew for each seed and each camera.
"""

import math
from functools import cache
from statistics import NormalDist

import numpy as np

from core.simulation.disturbances.disturbance import Draws, ImageDisturbance, Images

RANGE = 255
"""Of a pixel as it is stored."""
GREY = 128
"""Of a patch in front of a camera."""
REFERENCE_HEIGHT = 64
"""Height of the images for which the strength of a blur is given [px]."""
REACH = 3.0
"""How far a blur reaches, in its standard deviations."""
_LEVELS = 1 << 16
"""Numbers of a 16-bit draw; as many quantiles stand for the normal distribution."""


class PixelNoise(ImageDisturbance):
    """Gaussian noise, independent for each pixel, colour, camera and control step.

    Quantiles of the normal distribution, looked up for 16 random bits each: a tenth of the time of
    computing them, and the same on every machine. They end at 4.3 standard deviations.
    """

    def disturb(self, images: Images, strength: float, draws: Draws, step: int) -> Images:
        """Noisy copies, clipped as a camera clips."""
        table = np.rint(np.minimum(strength, 1e3) * RANGE * _quantiles()).astype(np.int32)
        noisy = {}
        for name, image in images.items():
            size = math.prod(image.shape[1:])
            drawn = draws.bits(f"pixels {name}", step, -(-size // 4)).view(np.uint16)
            off = np.take(table, drawn[:, :size]).reshape(image.shape)
            off += image
            noisy[name] = np.clip(off, 0, RANGE, out=off).astype(np.uint8)
        return noisy


class Blur(ImageDisturbance):
    """A lens out of focus. Beyond its border an image goes on as at the border."""

    def disturb(self, images: Images, strength: float, draws: Draws, step: int) -> Images:
        """Blurred copies."""
        del draws, step  # the same for all
        blurred = {}
        for name, image in images.items():
            sigma = strength * image.shape[1] / REFERENCE_HEIGHT
            # one at a time: a batch of large images does not fit into the processor's cache
            blurred[name] = np.stack([_blurred(each, sigma) for each in image])
        return blurred


class Brightness(ImageDisturbance):
    """All pixels brighter, or all darker, by the same amount for a whole episode."""

    def disturb(self, images: Images, strength: float, draws: Draws, step: int) -> Images:
        """Brighter or darker copies."""
        del step
        return {
            name: _scaled(image, np.ones(1), strength * _signs(draws, f"brightness {name}"))
            for name, image in images.items()
        }


class Contrast(ImageDisturbance):
    """All pixels farther from medium grey, or all nearer to it, for a whole episode."""

    def disturb(self, images: Images, strength: float, draws: Draws, step: int) -> Images:
        """Copies of more or less contrast."""
        del step
        changed = {}
        for name, image in images.items():
            gain = 1.0 + strength * _signs(draws, f"contrast {name}")
            changed[name] = _scaled(image, gain, 0.5 * (1.0 - gain))
        return changed


class ColourCast(ImageDisturbance):
    """Red, green and blue each with a gain of its own for a whole episode."""

    def disturb(self, images: Images, strength: float, draws: Draws, step: int) -> Images:
        """Copies in other colours."""
        del step
        changed = {}
        for name, image in images.items():
            parts = [draws.uniform(f"{colour} {name}", 0) for colour in ("red", "green", "blue")]
            gain = 1.0 + strength * (2.0 * np.stack(parts, axis=1) - 1.0)  # (n, 3)
            changed[name] = _scaled(image, gain[:, None, None, :], np.zeros(1))
        return changed


class Patch(ImageDisturbance):
    """A grey square in front of each camera, at one place for a whole episode."""

    def disturb(self, images: Images, strength: float, draws: Draws, step: int) -> Images:
        """Copies with the square."""
        del step
        covered = {}
        for name, image in images.items():
            _, height, width, _ = image.shape
            side = min(round(strength * height), height, width)
            tops = (draws.uniform(f"patch down {name}", 0) * (height - side + 1)).astype(int)
            lefts = (draws.uniform(f"patch right {name}", 0) * (width - side + 1)).astype(int)
            covered[name] = image.copy()
            for row, (top, left) in enumerate(zip(tops, lefts, strict=True)):
                covered[name][row, top : top + side, left : left + side] = GREY
        return covered


@cache
def _quantiles() -> np.ndarray:
    """Quantiles of the standard normal distribution in the middle of each level (levels,)."""
    normal = NormalDist()
    upper = [normal.inv_cdf(0.5 + (level + 0.5) / _LEVELS) for level in range(_LEVELS // 2)]
    return np.array([-value for value in reversed(upper)] + upper, dtype=np.float32)


def _signs(draws: Draws, stream: str) -> np.ndarray:
    """-1 or 1 for each simulation (n,)."""
    return np.where(draws.uniform(stream, 0) < 0.5, -1.0, 1.0)


def _scaled(image: np.ndarray, gain: np.ndarray, offset: np.ndarray) -> np.ndarray:
    """``gain * image + offset``, clipped; numbers of all, of each simulation (n,) or as many as
    the axes of `image` (n, height, width, 3)."""
    gain, offset = (
        each.astype(np.float32).reshape(-1, 1, 1, 1) if each.ndim == 1 else each.astype(np.float32)
        for each in (gain, RANGE * offset)
    )
    values = image * gain
    values += offset
    return np.clip(np.rint(values, out=values), 0, RANGE, out=values).astype(np.uint8)


def _blurred(image: np.ndarray, sigma: float) -> np.ndarray:
    """An image (height, width, 3), convolved along both sides with a Gaussian of standard deviation
    `sigma` [px]."""
    reach = math.ceil(REACH * sigma)
    weights = np.exp(-0.5 * (np.arange(reach + 1) / sigma) ** 2)
    weights = (weights / (2.0 * weights.sum() - weights[0])).astype(np.float32)
    values = image.astype(np.float32)
    for axis in (0, 1):
        length = values.shape[axis]
        border = [(reach, reach) if each == axis else (0, 0) for each in range(3)]
        wide = np.moveaxis(np.pad(values, border, mode="edge"), axis, 0)
        mixed = weights[0] * wide[reach : reach + length]
        for distance in range(1, reach + 1):
            near, far = reach - distance, reach + distance
            mixed += weights[distance] * (wide[near : near + length] + wide[far : far + length])
        values = np.moveaxis(mixed, 0, axis)
    return np.clip(np.rint(values), 0, RANGE).astype(np.uint8)

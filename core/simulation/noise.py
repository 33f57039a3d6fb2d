"""Sensor noise that depends on the seed and the step only, so that methods can be compared."""

import zlib
from collections.abc import Mapping, Sequence

import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_UNIT = 2.0**-53


class SensorNoise:
    """Gaussian noise on what a policy senses, independent for each feature and step.

    Noise of a feature is a function of (seed, step, field name, index in the field) and of
    nothing else: two policies that meet the same start meet the same noise, whichever other
    fields they sense and however many episodes run at once. It comes from hashing those numbers
    (SplitMix64: Steele et al. 2014, "Fast Splittable Pseudorandom Number Generators") and the
    Box-Muller transform, since making a generator for each of 200 episodes takes longer than
    the physics.
    """

    def __init__(self, scales: Mapping[str, np.ndarray], stream: str = "") -> None:
        """`scales` {field: (size,)}: standard deviation of each feature over the training data,
        in its own unit; a feature that never varied (0) gets no noise. Noise of another `stream`
        is independent."""
        self._scales = {
            name: np.asarray(scale, dtype=np.float64).reshape(-1) for name, scale in scales.items()
        }
        for name, scale in self._scales.items():
            if not (np.isfinite(scale).all() and (scale >= 0.0).all()):
                raise ValueError(f"scale of {name!r} is {scale}; expected finite numbers >= 0")
        self._keys = {
            name: _mixed(
                (np.uint64(zlib.crc32((stream + name).encode())) << np.uint64(16))
                + np.arange(len(scale), dtype=np.uint64)
            )
            for name, scale in self._scales.items()
        }

    def apply(
        self,
        observation: Mapping[str, np.ndarray],
        sigma: float,
        seeds: Sequence[int] | np.ndarray | range,
        steps: np.ndarray | int,
    ) -> dict[str, np.ndarray]:
        """A noisy copy of `observation` {field: (n, size)}; the original stays as it is.

        `sigma` >= 0 is in units of each feature's standard deviation. `seeds` (n,) are those of
        the episodes, `steps` (n,) or one number how many control steps have passed. Fields
        without a scale are passed on untouched.
        """
        if not (np.isfinite(sigma) and sigma >= 0.0):
            raise ValueError(f"sigma is {sigma}; expected a finite number >= 0")
        noisy = {
            name: np.array(values, dtype=np.float32 if name in self._scales else None)
            for name, values in observation.items()
        }
        if sigma == 0.0:
            return noisy
        names = [name for name in noisy if name in self._scales]
        episodes = _episode_keys(np.asarray(seeds), np.asarray(steps))
        for name in names:
            if noisy[name].shape != (len(episodes), len(self._scales[name])):
                raise ValueError(
                    f"{name!r} has shape {noisy[name].shape}; expected "
                    f"({len(episodes)}, {len(self._scales[name])}): seeds by features"
                )
        if not names:
            return noisy
        keys = np.concatenate([self._keys[name] for name in names])
        scales = sigma * np.concatenate([self._scales[name] for name in names])
        noise = _normal(episodes[:, None] ^ keys[None, :]) * scales  # (n, all features)
        borders = np.cumsum([len(self._scales[name]) for name in names])[:-1]
        for name, part in zip(names, np.split(noise, borders, axis=1), strict=True):
            noisy[name] += part.astype(np.float32)
        return noisy


def uniform(
    stream: str, seeds: Sequence[int] | np.ndarray | range, steps: np.ndarray | int
) -> np.ndarray:
    """A number in [0, 1) for each seed (n,), a function of (stream, seed, step) alone."""
    keys = _episode_keys(np.asarray(seeds), np.asarray(steps))
    key = np.array(zlib.crc32(stream.encode()) << 16, dtype=np.uint64)
    unit: np.ndarray = (_mixed(keys ^ _mixed(key)) >> np.uint64(11)) * _UNIT
    return unit


def bits(
    stream: str, seeds: Sequence[int] | np.ndarray | range, steps: np.ndarray | int, count: int
) -> np.ndarray:
    """Random numbers of 64 bits (n, count) uint64 for each seed, a function of (stream, seed, step)
    alone: SplitMix64 from a place of its own."""
    keys = _episode_keys(np.asarray(seeds), np.asarray(steps))
    key = np.array(zlib.crc32(stream.encode()) << 16, dtype=np.uint64)
    with np.errstate(over="ignore"):
        places = np.arange(1, count + 1, dtype=np.uint64) * _GOLDEN
        return _mixed(_mixed(keys ^ _mixed(key))[:, None] + places)


def _episode_keys(seeds: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """One hash for each (seed, step) (n,)."""
    with np.errstate(over="ignore"):
        numbered = _mixed(seeds.astype(np.uint64) * _GOLDEN + np.uint64(1))
        return _mixed(numbered + steps.astype(np.uint64) * _GOLDEN)


def _normal(keys: np.ndarray) -> np.ndarray:
    """Standard normal numbers, one for each hash."""
    with np.errstate(over="ignore"):
        first, second = _mixed(keys + _GOLDEN), _mixed(keys + _GOLDEN + _GOLDEN)
    # in (0, 1], so that the logarithm is finite
    radius = np.sqrt(-2.0 * np.log(((first >> np.uint64(11)) + np.uint64(1)) * _UNIT))
    return radius * np.cos((second >> np.uint64(11)) * (2.0 * np.pi * _UNIT))


def _mixed(x: np.ndarray) -> np.ndarray:
    """SplitMix64's finaliser: every bit of the input changes about half of the output."""
    with np.errstate(over="ignore"):
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))

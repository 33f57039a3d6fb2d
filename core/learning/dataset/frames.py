"""Camera images that are gathered only when something looks at them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor

VIEW = ("down", "right", "contrast", "brightness", "noise", "seed", "mirrored")
"""What is done to an image before it is encoded: left and right are exchanged, its content moves by
whole pixels, its deviation from grey is scaled, an offset is added [of the range 0 to 1], and then
Gaussian noise of a standard deviation [the same]."""
UNCHANGED = (0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
"""The view that changes nothing."""
MEMORY_SHARE = 4
"""Images are held in memory where it has room for this many of them."""
LARGEST_SEED = 2**24
"""Seeds are whole numbers below this, which float32 holds exactly."""
GREY = 0.5
"""Contrast is about this brightness."""


class ImageStore(Protocol):
    """All images of one camera, row by row."""

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(rows, height, width, 3)."""

    @property
    def device(self) -> torch.device:
        """Where gathered images are."""

    def gather(self, rows: Tensor) -> Tensor:
        """The images of `rows` (n,), uint8 (n, height, width, 3)."""

    def to(self, device: torch.device | str) -> ImageStore:
        """The same for another device."""


class HeldImages:
    """Images that lie in memory, or on the accelerator, as one tensor."""

    def __init__(self, images: Tensor) -> None:
        """`images`: uint8 (rows, height, width, 3)."""
        self.images = images

    @property
    def shape(self) -> tuple[int, int, int, int]:
        rows, height, width, channels = self.images.shape
        return rows, height, width, channels

    @property
    def device(self) -> torch.device:
        return self.images.device

    def gather(self, rows: Tensor) -> Tensor:
        return self.images.index_select(0, rows)  # three times as fast as self.images[rows]

    def to(self, device: torch.device | str) -> HeldImages:
        return HeldImages(self.images.to(device))


class MappedImages:
    """Images of several files that are mapped into memory, an array for each episode.

    Only what is looked at is read from disk, so that they may be larger than memory.
    """

    def __init__(self, episodes: Sequence[np.ndarray], device: torch.device | str = "cpu") -> None:
        """`episodes`: uint8 (T, height, width, 3) each, such as `numpy.memmap`."""
        self.episodes = tuple(episodes)
        self.starts = np.cumsum([0, *(len(each) for each in episodes)])
        self.device = torch.device(device)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        height, width, channels = self.episodes[0].shape[1:]
        return int(self.starts[-1]), height, width, channels

    def gather(self, rows: Tensor) -> Tensor:
        wanted = rows.cpu().numpy()
        found = np.empty((len(wanted), *self.shape[1:]), np.uint8)
        for place, row in enumerate(wanted):
            episode = int(np.searchsorted(self.starts, row, side="right")) - 1
            found[place] = self.episodes[episode][row - self.starts[episode]]
        return torch.from_numpy(found).to(self.device)

    def to(self, device: torch.device | str) -> MappedImages:
        return MappedImages(self.episodes, device)


class Frames:
    """Images (..., height, width, 3) of rows of a store, each seen with a view. Immutable.

    Indexing the leading dimensions selects rows; nothing is gathered before `tensor` or `pixels`.
    """

    __slots__ = ("rows", "store", "views")

    def __init__(self, store: ImageStore, rows: Tensor, views: Tensor | None = None) -> None:
        """`rows` (...) int64; `views` (..., 7): see `VIEW`; None: unchanged."""
        self.store, self.rows, self.views = store, rows, views

    @classmethod
    def of(cls, images: Tensor) -> Frames:
        """All of `images` (rows, height, width, 3)."""
        return cls(HeldImages(images), torch.arange(len(images), device=images.device))

    @property
    def shape(self) -> torch.Size:
        """As of the tensor of these images."""
        return torch.Size((*self.rows.shape, *self.store.shape[1:]))

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, key: Any) -> Frames:
        views = None if self.views is None else self.views[key]
        return Frames(self.store, self.rows[key], views)

    def to(self, device: torch.device | str) -> Frames:
        """The same on `device`."""
        views = None if self.views is None else self.views.to(device)
        return Frames(self.store.to(device), self.rows.to(device), views)

    def viewed(self, views: Tensor) -> Frames:
        """The same, seen with `views` (..., 7), which are expanded to the leading dimensions."""
        return Frames(self.store, self.rows, views.expand(*self.rows.shape, len(VIEW)))

    def noisy(self, sigma: Tensor, generator: torch.Generator) -> Frames:
        """The same with noise of `sigma` (batch, 1) for each window (batch, time)."""
        views = self.views
        if views is None:
            views = torch.tensor(UNCHANGED, device=self.rows.device)
        views = views.expand(*self.rows.shape, len(VIEW)).clone()
        views[..., 4] = sigma.to(views.device)
        views[..., 5] = float(torch.randint(LARGEST_SEED, (), generator=generator))
        return Frames(self.store, self.rows, views)

    def tensor(self) -> Tensor:
        """The images uint8 (..., height, width, 3), moved as their views say."""
        rows = self.rows.flatten()
        images = self.store.gather(rows)
        if self.views is not None:
            views = self.views.reshape(-1, len(VIEW))
            moves, mirrored = views[:, :2].long(), views[:, 6] > 0
            if bool(moves.any()) or bool(mirrored.any()):
                images = _moved(images, moves, mirrored)
        return images.view(self.shape)

    def pixels(self, dtype: torch.dtype = torch.float32) -> Tensor:
        """The images (n, 3, height, width) in the range 0 to 1, as an encoder takes them.

        The memory stays that of (n, height, width, 3), which convolutions take as it is.
        """
        pixels = pixels_of(self.tensor(), dtype)
        if self.views is None:
            return pixels
        views = self.views.reshape(-1, len(VIEW))
        tones, sigmas = views[:, 2:4], views[:, 4]
        changed = (tones - torch.tensor(UNCHANGED[2:4], device=tones.device)).abs().sum() > 0
        if bool(changed):
            contrast, brightness = tones.to(dtype)[..., None, None, None].unbind(1)
            pixels = (pixels - GREY) * contrast + (GREY + brightness)
        if bool((sigmas > 0).any()):
            generator = torch.Generator().manual_seed(int(views[0, 5]))
            # in the order of the memory: across it, noise takes twice as long
            rows = pixels.permute(0, 2, 3, 1)  # (n, height, width, 3)
            noise = torch.randn(rows.shape, generator=generator).to(pixels.device, dtype)
            rows.add_(noise.mul_(sigmas.to(dtype)[:, None, None, None]))
            changed = torch.ones_like(changed)
        return pixels.clamp(0.0, 1.0) if bool(changed) else pixels


def frames_of(episodes: Sequence[np.ndarray]) -> Frames:
    """All images of one camera, an array (T, height, width, 3) uint8 for each episode.

    They are held in memory where it has room for them several times over, and else stay where
    they are: mapped files are then read as they are looked at.
    """
    size = sum(each.nbytes for each in episodes)
    if size * MEMORY_SHARE <= _free_memory():
        return Frames.of(torch.from_numpy(np.concatenate(episodes)))
    store = MappedImages(episodes)
    return Frames(store, torch.arange(store.shape[0]))


def _free_memory() -> int:
    """Memory that is free [bytes]; 4 GiB where the system does not say."""
    try:
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 4 * 2**30


def pixels_of(images: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
    """uint8 images (..., height, width, 3) as (n, 3, height, width) in the range 0 to 1."""
    flat = images.flatten(0, -4)
    return flat.to(dtype).mul_(1.0 / 255.0).permute(0, 3, 1, 2)


def _moved(images: Tensor, moves: Tensor, mirrored: Tensor) -> Tensor:
    """The content of uint8 `images` (n, H, W, 3) moved by `moves` (n, 2) [px]; edges repeat.

    Those that are `mirrored` (n,) have left and right exchanged first.

    One selection of pixels: padding and cropping take six times as long.
    """
    n, height, width, channels = images.shape
    y = (torch.arange(height, device=images.device) - moves[:, :1]).clamp(0, height - 1)
    x = (torch.arange(width, device=images.device) - moves[:, 1:]).clamp(0, width - 1)
    x = torch.where(mirrored[:, None], width - 1 - x, x)
    first = torch.arange(n, device=images.device)[:, None, None] * (height * width)
    index = first + y[:, :, None] * width + x[:, None, :]  # (n, H, W)
    return images.reshape(-1, channels).index_select(0, index.flatten()).view(images.shape)

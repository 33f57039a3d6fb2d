"""Observations as tables of tensors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, overload

import torch
from torch import Tensor

from core.learning.dataset.frames import Frames


class Observation:
    """A table of tensors {field: (..., *shape)} with the same leading dimensions.

    ``observation["hand"]`` is the tensor of a field; ``observation[:, steps]`` are the frames that
    an index selects from the leading dimensions. Vector fields are views of one packed tensor
    (..., O), so that selecting frames costs one operation for all of them. Images
    (..., height, width, 3) stay uint8 and lie apart; they are gathered when an encoder asks for
    their pixels. Immutable.

    (tensordict does the same for any tensors; selecting frames field by field cost an update of
    this program's small networks more than it may.)
    """

    __slots__ = ("images", "packed", "slices")

    def __init__(
        self,
        slices: Mapping[str, slice],
        packed: Tensor,
        images: Mapping[str, Frames] | None = None,
    ) -> None:
        """`slices`: where each vector field lies in `packed` (..., O)."""
        self.slices = slices
        self.packed = packed
        """All vector fields side by side (..., O), normalised."""
        self.images = images or {}
        """Camera images by name."""

    @overload
    def __getitem__(self, key: str) -> Tensor: ...

    @overload
    def __getitem__(self, key: Any) -> Observation: ...

    def __getitem__(self, key: Any) -> Tensor | Observation:
        if not isinstance(key, str):
            images = {name: image[key] for name, image in self.images.items()}
            return Observation(self.slices, self.packed[key], images)
        place = self.slices.get(key)
        return self.images[key].tensor() if place is None else self.packed[..., place]

    def __len__(self) -> int:
        """Size of the first leading dimension."""
        return len(self.packed)

    @property
    def shape(self) -> torch.Size:
        """The leading dimensions."""
        return self.packed.shape[:-1]

    @property
    def device(self) -> torch.device:
        """Where the tensors are."""
        return self.packed.device

    def to(self, device: torch.device | str) -> Observation:
        """The same on `device`."""
        images = {name: image.to(device) for name, image in self.images.items()}
        return Observation(self.slices, self.packed.to(device), images)

    def with_vectors(self, packed: Tensor) -> Observation:
        """The same images with other vector fields (..., O)."""
        return Observation(self.slices, packed, self.images)

    def with_images(self, images: Mapping[str, Frames]) -> Observation:
        """The same vector fields with other images."""
        return Observation(self.slices, self.packed, images)

    @staticmethod
    def cat(parts: Sequence[Observation]) -> Observation:
        """Observations of the same fields, one after the other along the first dimension.

        Images are gathered into memory; give those of many episodes by `with_images` instead.
        """
        first = parts[0]
        images = {
            name: Frames.of(torch.cat([part[name] for part in parts])) for name in first.images
        }
        return Observation(first.slices, torch.cat([part.packed for part in parts]), images)

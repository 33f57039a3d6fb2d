"""The statistics that bring vector fields to one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.learning.dataset.frames import Frames
from core.learning.dataset.observation import Observation
from core.spec import Field


@dataclass(frozen=True)
class Normaliser:
    """Mean and standard deviation of each vector feature of the training data, in its own unit.

    Images are not normalised: they stay uint8 until an encoder takes them.
    """

    mean: dict[str, np.ndarray]
    """Mean of each field, (size,) float32."""
    std: dict[str, np.ndarray]
    """Standard deviation of each field, (size,) float32; zero for a constant feature."""

    @classmethod
    def of(
        cls, fields: Sequence[Field], observations: Sequence[Mapping[str, np.ndarray]]
    ) -> Normaliser:
        """Statistics over the rows of all `observations`, each {field: (T, size)}.

        A feature that varies less than the resolution of its field counts as constant.
        """
        mean: dict[str, np.ndarray] = {}
        std: dict[str, np.ndarray] = {}
        for field in fields:
            if field.kind == "image":
                continue
            rows = np.concatenate([o[field.name] for o in observations]).astype(np.float64)
            spread = rows.std(axis=0)
            mean[field.name] = rows.mean(axis=0).astype(np.float32)
            std[field.name] = np.where(spread < field.resolution, 0.0, spread).astype(np.float32)
        return cls(mean, std)

    def packed(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean (O,) and standard deviation (O,) of all fields one after the other."""
        return np.concatenate(list(self.mean.values())), np.concatenate(list(self.std.values()))

    @cached_property
    def slices(self) -> dict[str, slice]:
        """Where each vector field lies in a packed observation."""
        slices, start = {}, 0
        for name, mean in self.mean.items():
            slices[name] = slice(start, start + len(mean))
            start += len(mean)
        return slices

    def apply(self, observation: Mapping[str, np.ndarray]) -> Observation:
        """The normalised observation of {field: (..., *shape)}; constants become 0.

        A vector field that is not there has its mean. Whatever is no vector field is an image.
        """
        vectors = [values for name, values in observation.items() if name in self.mean]
        leading = np.shape(vectors[0])[:-1] if vectors else ()
        parts = []
        for name, mean in self.mean.items():
            if name not in observation:
                parts.append(np.zeros((*leading, len(mean)), np.float32))
                continue
            std = self.std[name]
            scale = np.divide(1.0, std, out=np.zeros_like(std), where=std > 0)
            parts.append((np.asarray(observation[name], dtype=np.float32) - mean) * scale)
        packed = torch.from_numpy(np.concatenate(parts, axis=-1).astype(np.float32, copy=False))
        images = {
            name: Frames.of(torch.from_numpy(np.ascontiguousarray(values)))
            for name, values in observation.items()
            if name not in self.mean
        }
        return Observation(self.slices, packed, images)

    def invert(self, packed: Tensor) -> dict[str, np.ndarray]:
        """{field: (..., size)} in physical units of a packed normalised observation (..., O)."""
        values, mean, std = packed.detach().cpu().numpy(), self.mean, self.std
        return {name: values[..., at] * std[name] + mean[name] for name, at in self.slices.items()}

    def to_dict(self) -> dict[str, Any]:
        """The statistics as JSON can hold them; float32 survives exactly."""
        return {
            name: {"mean": self.mean[name].tolist(), "std": self.std[name].tolist()}
            for name in self.mean
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any], fields: Sequence[str]) -> Normaliser:
        """The statistics that `to_dict` described, in the order of `fields`."""
        return cls(
            {name: np.asarray(values[name]["mean"], dtype=np.float32) for name in fields},
            {name: np.asarray(values[name]["std"], dtype=np.float32) for name in fields},
        )

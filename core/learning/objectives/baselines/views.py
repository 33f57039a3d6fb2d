"""Partly hidden views of frames."""

import torch

from core.learning.dataset.observation import Observation
from core.spec import Spec

HIDDEN_FIELDS = 0.25
"""Part of the fields that is hidden from a view."""


def hide_fields(
    frames: Observation, spec: Spec, generator: torch.Generator, noise: float
) -> Observation:
    """Frames (...) with whole vector fields at random at their mean, and with that much noise."""
    kept = torch.rand(*frames.shape, len(spec.vectors), generator=generator) >= HIDDEN_FIELDS
    sizes = torch.tensor([field.size for field in spec.vectors])
    spread = kept.repeat_interleave(sizes, dim=-1, output_size=spec.vector_size)
    view = frames.packed * spread.to(frames.device)
    if noise:
        added = torch.randn(frames.packed.shape, generator=generator)
        view = view + noise * (added * spread).to(frames.device)
    return frames.with_vectors(view)

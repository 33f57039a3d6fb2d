"""Partly hidden views of frames."""

from __future__ import annotations

import torch
from torch import Tensor

from core.spec import Spec

HIDDEN_FIELDS = 0.25
"""Part of the fields that is hidden from a view."""


def hide_fields(frames: Tensor, spec: Spec, generator: torch.Generator, noise: float) -> Tensor:
    """Frames (..., O) with whole fields at random at their mean, and with noise of that level."""
    kept = torch.rand(*frames.shape[:-1], len(spec.vectors), generator=generator) >= HIDDEN_FIELDS
    sizes = torch.tensor([field.size for field in spec.vectors])
    spread = kept.repeat_interleave(sizes, dim=-1, output_size=spec.vector_size)
    view = frames * spread.to(frames.device)
    if noise:
        added = torch.randn(frames.shape, generator=generator)
        view = view + noise * (added * spread).to(frames.device)
    return view

"""Loads a checkpoint and builds its policies; for a background thread."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.simulation import check_image_fields
from core.spec import Field

if TYPE_CHECKING:
    from core.policies import Policy, Saliency


@dataclass(frozen=True)
class Loaded:
    """A checkpoint that is ready to drive."""

    folder: Path
    """Where it lies."""
    task: str
    """Name of its task."""
    control_rate: float
    """Control rate of its training data [Hz]."""
    demonstrations: int
    """How many it has learned from."""
    noise_scales: dict[str, np.ndarray]
    """Standard deviation of each field: the unit of sensor noise."""
    images: tuple[Field, ...]
    """Camera images that it senses."""
    observer: bool
    """Whether it has an observer of its sensors."""
    policies: dict[str, "Policy"]
    """One for every mode that it offers; each belongs to the simulation thread once it is handed
    over."""
    lacking: dict[str, str] = field(default_factory=dict)
    """Why it does not offer the other modes, a sentence each."""
    saliency: "Saliency | None" = None
    """Says where it looks; None for a policy that senses no images or has no trained head."""


def load_policies(folder: Path) -> Loaded:
    """Load a checkpoint and build a policy for every mode that it offers, each warmed up.

    Raises `core.learning.CheckpointError` saying what is wrong with the folder, and
    `core.simulation.ImageFieldError` for one that senses images which its task's cameras lack.
    """
    # Only here: importing torch takes seconds, and this runs in the background.
    from core.learning import load_checkpoint
    from core.policies import MODES, Saliency, make_policy, offered_modes

    checkpoint = load_checkpoint(folder)
    images = checkpoint.spec.sensed_images
    if images:
        check_image_fields(checkpoint.spec.task, images)
    policies = {mode: make_policy(checkpoint, mode) for mode in offered_modes(checkpoint)}
    lacking = {name: mode.needs(checkpoint) for name, mode in MODES.items()}
    still = {name: mean[None].copy() for name, mean in checkpoint.normaliser.mean.items()}
    still |= {each.name: np.zeros((1, *each.shape), dtype=np.uint8) for each in images}
    for policy in policies.values():
        policy.act(still)  # the first call is slow, and the control loop is no place for that
        policy.reset(1)
    looks = bool(images) and checkpoint.head_trained
    return Loaded(
        folder=folder,
        task=checkpoint.spec.task,
        control_rate=checkpoint.spec.control_rate,
        demonstrations=len(checkpoint.demonstrations.identifiers),
        noise_scales=checkpoint.noise_scales(),
        images=images,
        observer=checkpoint.model.any_observer is not None,
        policies=policies,
        lacking={name: sentence for name, sentence in lacking.items() if sentence is not None},
        saliency=Saliency(checkpoint) if looks else None,
    )

"""What a training is asked to do, and what it finds before its first update."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.runs.curves import Points
from core.runs.sensing import Sensing

if TYPE_CHECKING:
    from core.learning import Configuration


@dataclass(frozen=True)
class TrainingRequest:
    """What to train on, how, and where the checkpoint goes. Immutable; crosses threads."""

    recordings: tuple[Path, ...]
    """Files of the demonstrations, in order."""
    folder: Path
    """The checkpoint that will be there at the end."""
    configuration: Configuration | None = None
    """Settings; None for the default preset. A resumed run brings its own."""
    preset: str = ""
    """Name of the preset the settings began from."""
    device: str = "auto"
    """auto, cpu or cuda."""
    resume: Path | None = None
    """Checkpoint whose training goes on; None for a new one."""
    held_out: tuple[Path, ...] = ()
    """Files of demonstrations to validate on, which are not trained on."""


@dataclass(frozen=True)
class Prepared:
    """What a training found before its first update. Immutable; crosses threads."""

    task: str
    """Task of the demonstrations."""
    episodes: int
    """Number of demonstrations."""
    steps: int
    """Control steps in them."""
    device: str
    """Where it computes."""
    curves: dict[str, Points]
    """Curves up to here, when it is resumed."""
    sensing: Sensing
    """What the policy senses, and what of the recordings is left out or changed."""
    pictures: dict[str, np.ndarray] = field(default_factory=dict)
    """Small pictures of the rows of the latent map {camera: (n, height, width, 3) uint8}, in their
    order; empty for a policy that senses no images."""
    warnings: tuple[str, ...] = ()
    """What is odd about the recordings, such as black images; a sentence each."""


class TrainingStoppedError(Exception):
    """The training was stopped while its demonstrations were still being read."""

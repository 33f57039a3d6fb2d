"""A trained model with all that deployment needs."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from core.learning.checkpoints.former import OBJECTIVES
from core.learning.configuration import Configuration
from core.learning.dataset.demonstrations import Demonstrations
from core.learning.dataset.normaliser import Normaliser
from core.learning.memory import EncodedDemonstrations, encode_demonstrations
from core.learning.model import ActJepa
from core.learning.trainer import Trainer
from core.spec import Spec


class Checkpoint:
    """A trained model with all that deployment needs. Owns model and demonstrations."""

    def __init__(
        self,
        model: ActJepa,
        normaliser: Normaliser,
        demonstrations: Demonstrations,
        provenance: Mapping[str, Any],
        folder: Path | None = None,
        encoded: EncodedDemonstrations | None = None,
    ) -> None:
        self.model = model.eval().requires_grad_(False)
        if provenance.get("phase") != "observer":
            self.model.latent_observer = None  # it has not learned yet
        self.spec = model.spec
        """What it senses, is asked about and does."""
        self.normaliser = normaliser
        self.demonstrations = demonstrations
        """The demonstrations, normalised."""
        self.provenance = dict(provenance)
        """Step, phase, seconds of each phase, time of writing, versions and the fingerprint of the
        data."""
        self.folder = folder
        """Where it was loaded from, if it was."""
        self._encoded = encoded

    @property
    def configuration(self) -> Configuration:
        """The settings it was trained with."""
        return self.model.configuration

    @property
    def head_trained(self) -> bool:
        """Whether training reached the policy head: in the frozen protocol it comes last."""
        joint = self.configuration.training.protocol == "joint"
        return joint or self.provenance.get("phase", "head") != "representation"

    def noise_scales(self) -> dict[str, np.ndarray]:
        """Standard deviation (size,) of each sensed vector field, in its unit: that of noise."""
        std = self.normaliser.std
        demanded = (f.name for f in self.spec.demanded if f.kind != "image")
        return {name: std[name].copy() for name in demanded}

    def encoded_demonstrations(self) -> EncodedDemonstrations:
        """Latents and beliefs of the demonstrations; computed once, at the first call."""
        if self._encoded is None:
            self._encoded = encode_demonstrations(self.model, self.demonstrations)
        return self._encoded

    @classmethod
    def from_trainer(cls, trainer: Trainer) -> Checkpoint:
        """A checkpoint of the present weights, on the CPU and apart from the trainer."""
        model = empty_model(trainer.configuration, trainer.dataset.spec, trainer.dataset.normaliser)
        weights = deployed(trainer.model.state_dict())
        model.load_state_dict({k: v.cpu() for k, v in weights.items()})
        return cls(
            model,
            trainer.dataset.normaliser,
            trainer.dataset.demonstrations.to("cpu"),
            provenance_of(trainer),
        )


def provenance_of(trainer: Trainer) -> dict[str, Any]:
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "step": trainer.step,
        "total_steps": trainer.total_steps,
        "phase": trainer.phase.name,
        "seconds": {name: round(spent, 3) for name, spent in trainer.seconds.items()},
        "device": str(trainer.device),
        "data": trainer.dataset.demonstrations.fingerprint(),
        "episodes": len(trainer.dataset),
        "versions": {
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "numpy": np.__version__,
        },
    }


def empty_model(configuration: Configuration, spec: Spec, normaliser: Normaliser) -> ActJepa:
    with torch.random.fork_rng(devices=[]):  # initial weights are overwritten, not drawn
        return ActJepa(configuration, spec, normaliser, training=False)


def deployed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Those of `weights` that deployment needs."""
    return {k: v for k, v in weights.items() if not k.startswith(OBJECTIVES)}

"""Saving, loading and resuming.

``checkpoint.json`` says what it is; ``weights.safetensors`` holds the model;
``demonstrations.safetensors`` the demonstrations (of a policy of images how they are encoded, and
no images); ``training.safetensors`` what only a training
needs: optimiser, sampler, and modules of objectives.
A checkpoint is written into a new folder beside its place and renamed once, so that it is either
there as a whole or not at all.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save as save_tensors
from torch import Tensor

from core.files import new_folder
from core.learning.checkpoints.checkpoint import (
    Checkpoint,
    deployed,
    empty_model,
    provenance_of,
)
from core.learning.checkpoints.folder import (
    DESCRIPTION,
    ENCODED,
    ENCODED_PARTS,
    FORMAT,
    TRAINING,
    VERSION,
    WEIGHTS,
    read_description,
    read_tensors,
    read_weights,
    sense_of,
)
from core.learning.checkpoints.former import DEMONSTRATIONS
from core.learning.checkpoints.limits import refuse_larger_model
from core.learning.configuration import Configuration
from core.learning.dataset.dataset import Dataset
from core.learning.dataset.demonstrations import Demonstrations
from core.learning.dataset.normaliser import Normaliser
from core.learning.dataset.observation import Observation
from core.learning.errors import BrokenCheckpointError, CheckpointError, NotResumableError
from core.learning.memory import EncodedDemonstrations, encode_demonstrations
from core.learning.model import ActJepa
from core.learning.trainer import Trainer, TrainingState
from core.spec import Spec


def save_checkpoint(
    folder: Path | str, trainer: Trainer, provenance: Mapping[str, Any] | None = None
) -> Path:
    """Write model, demonstrations and state of a training to the new `folder`, all or nothing.

    `provenance` is added to the description. Raises `CheckpointError` if `folder` exists or
    cannot be written (a full disk, no permission); nothing is left behind then.
    """
    folder = Path(folder).absolute()
    if folder.exists():
        raise CheckpointError(folder, "already exists; choose another name for the checkpoint")
    state = trainer.state()
    data = trainer.dataset.demonstrations
    rows = {"observations": data.observations.packed, "actions": data.actions}
    if trainer.model.encoder.takes_images:  # instead of the images
        encoded = encode_demonstrations(trainer.model, data)
        rows |= {ENCODED + name: getattr(encoded, name) for name in ENCODED_PARTS}
    if data.imitated is not None:
        rows["imitated"] = data.imitated
    weights = deployed(state.part("model"))
    training = {k: v for k, v in state.tensors.items() if k.removeprefix("model.") not in weights}
    files = {
        name: save_tensors({k: v.contiguous().cpu() for k, v in tensors.items()})
        for name, tensors in ((WEIGHTS, weights), (DEMONSTRATIONS, rows), (TRAINING, training))
    }
    description = {
        "format": FORMAT,
        "version": VERSION,
        "spec": trainer.model.spec.to_dict(),
        "normaliser": trainer.dataset.normaliser.to_dict(),
        "configuration": trainer.configuration.to_dict(),
        "demonstrations": {"lengths": data.lengths, "identifiers": data.identifiers},
        "training": {"step": state.step, "phase": state.phase},
        "provenance": {**provenance_of(trainer), **(provenance or {})},
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    files[DESCRIPTION] = json.dumps(description, indent=1).encode()
    building = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        with new_folder(folder, building):
            for name, data in files.items():
                (building / name).write_bytes(data)
    except OSError as error:
        raise CheckpointError(
            folder, f"could not be written ({error.strerror or error}); nothing was left behind"
        ) from error
    return folder


def load_checkpoint(folder: Path | str) -> Checkpoint:
    """Read a checkpoint for deployment, on the CPU.

    Raises `MissingCheckpointError`, `BrokenCheckpointError`, `ForeignCheckpointError` or
    `CheckpointVersionError`, each a `CheckpointError` with a sentence.
    """
    folder = Path(folder).absolute()
    description = read_description(folder)
    with sense_of(folder):
        spec = Spec.from_dict(description["spec"])
        normaliser = Normaliser.from_dict(
            description["normaliser"], tuple(field.name for field in spec.vectors)
        )
        configuration = Configuration.from_dict(description["configuration"])
        index = description["demonstrations"]
        weights = read_weights(folder, description)
        held = sum(tensor.numel() for tensor in weights.values())
        refuse_larger_model(folder, held, configuration, spec, normaliser)
        model = empty_model(configuration, spec, normaliser)
        _load_weights(folder, model, deployed(weights))
        rows = read_tensors(folder, DEMONSTRATIONS, description)
        demonstrations = Demonstrations(
            Observation(normaliser.slices, rows["observations"]),
            rows["actions"],
            tuple(int(n) for n in index["lengths"]),
            tuple(str(n) for n in index["identifiers"]),
            rows.get("imitated"),
        )
        _check_demonstrations(folder, demonstrations, spec)
        provenance = description["provenance"]
        encoded = _read_encoded(folder, rows, demonstrations, model)
        return Checkpoint(model, normaliser, demonstrations, provenance, folder, encoded)


def resume_training(folder: Path | str, dataset: Dataset, device: str = "auto") -> Trainer:
    """A trainer that goes on where the one that wrote `folder` was, on the same data.

    Raises `NotResumableError` if the data differs, and what `load_checkpoint` raises.
    """
    folder = Path(folder).absolute()
    description = read_description(folder)
    with sense_of(folder):
        configuration = Configuration.from_dict(description["configuration"])
        expected = description["provenance"]["data"]
        if dataset.demonstrations.fingerprint() != expected:
            raise NotResumableError(
                folder,
                "was trained on other demonstrations; choose the same episodes, in the same "
                "order, or start a new training",
            )
        tensors = read_tensors(folder, TRAINING, description)
        weights = read_weights(folder, description)
        tensors |= {f"model.{name}": value for name, value in weights.items()}
        place = description["training"]
        spent = description["provenance"].get("seconds", {})
        seconds = {str(name): float(value) for name, value in spent.items()}
        state = TrainingState(int(place["step"]), int(place["phase"]), tensors, seconds)
        trainer = Trainer(dataset, configuration, device, resumed=True)
        try:
            trainer.restore(state)
        except (RuntimeError, IndexError) as error:
            raise BrokenCheckpointError(folder, "its training state does not fit it") from error
        return trainer


def _load_weights(folder: Path, model: ActJepa, weights: Mapping[str, Tensor]) -> None:
    try:
        model.load_state_dict(dict(weights))
    except RuntimeError as error:
        raise BrokenCheckpointError(
            folder, "its weights do not fit its configuration; train again"
        ) from error
    if not all(bool(torch.isfinite(p).all()) for p in model.parameters()):
        raise BrokenCheckpointError(folder, "its weights hold NaN or infinity; train again")


def _read_encoded(
    folder: Path, rows: Mapping[str, Tensor], data: Demonstrations, model: ActJepa
) -> EncodedDemonstrations | None:
    """How the demonstrations of a policy of images are encoded; None for other policies."""
    if not model.encoder.takes_images:
        return None
    latents, targets, states = (rows[ENCODED + name] for name in ENCODED_PARTS)
    sizes = model.encoder.latent, model.encoder.latent, model.belief.state_size
    for tensor, size in zip((latents, targets, states), sizes, strict=True):
        if tensor.shape != (sum(data.lengths), size) or not bool(torch.isfinite(tensor).all()):
            raise BrokenCheckpointError(folder, "its encoded demonstrations do not fit its model")
    return EncodedDemonstrations(latents, targets, states, model.belief.known(states))


def _check_demonstrations(folder: Path, data: Demonstrations, spec: Spec) -> None:
    rows = sum(data.lengths)
    held: list[tuple[str, Tensor, tuple[int, ...]]] = [
        ("observations", data.observations.packed, (rows, spec.vector_size)),
        ("actions", data.actions, (rows, spec.actions.size)),
    ]
    for name, tensor, shape in held:
        given = tuple(tensor.shape)
        if given != shape or min(data.lengths, default=0) < 1:
            raise BrokenCheckpointError(
                folder, f"its demonstrations have {name} of shape {given}, not {shape}"
            )
    if data.imitated is not None and data.imitated.shape != (rows,):
        raise BrokenCheckpointError(folder, "it does not say of each row whether to imitate it")

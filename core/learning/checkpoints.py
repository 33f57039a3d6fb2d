"""Checkpoints: one folder of safetensors and JSON that is enough to deploy, and to train on.

``checkpoint.json`` says what it is; ``weights.safetensors`` holds the model;
``demonstrations.safetensors`` the demonstrations; ``training.safetensors`` what only a training
needs: optimiser, sampler, and modules of objectives.
A checkpoint is written into a new folder beside its place and renamed once, so that it is either
there as a whole or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from core.learning.checkpoint_limits import (
    LARGEST_DESCRIPTION,
    LARGEST_FILE,
    read_plain_file,
    refuse_larger_model,
)
from core.learning.configuration import Configuration
from core.learning.dataset.dataset import Dataset
from core.learning.dataset.demonstrations import Demonstrations
from core.learning.dataset.normaliser import Normaliser
from core.learning.dataset.observation import Observation
from core.learning.errors import (
    BrokenCheckpointError,
    CheckpointError,
    CheckpointVersionError,
    ConfigurationError,
    ForeignCheckpointError,
    MissingCheckpointError,
    NotResumableError,
)
from core.learning.former import (
    DEMONSTRATIONS,
    OBJECTIVES,
    READABLE,
    present_description,
    present_training,
    present_weights,
    stored_name,
)
from core.learning.memory import EncodedDemonstrations, encode_demonstrations
from core.learning.model import ActJepa
from core.learning.trainer import Trainer
from core.learning.training_state import TrainingState
from core.spec import Spec

FORMAT = "act-jepa-studio checkpoint"
"""What the description calls itself."""
VERSION = READABLE[-1]
"""Version of the format; raised when an older program could not read it."""
DESCRIPTION = "checkpoint.json"
WEIGHTS = "weights.safetensors"
TRAINING = "training.safetensors"
IMAGE = "image."
"""How the names of images begin among the tensors of the demonstrations."""


class Checkpoint:
    """A trained model with all that deployment needs. Owns model and demonstrations."""

    def __init__(
        self,
        model: ActJepa,
        normaliser: Normaliser,
        demonstrations: Demonstrations,
        provenance: Mapping[str, Any],
        folder: Path | None = None,
    ) -> None:
        self.model = model.eval().requires_grad_(False)
        self.spec = model.spec
        """What it senses, is asked about and does."""
        self.normaliser = normaliser
        self.demonstrations = demonstrations
        """The demonstrations, normalised."""
        self.provenance = dict(provenance)
        """Step, phase, time of writing, versions and the fingerprint of the data."""
        self.folder = folder
        """Where it was loaded from, if it was."""
        self._encoded: EncodedDemonstrations | None = None

    @property
    def configuration(self) -> Configuration:
        """The settings it was trained with."""
        return self.model.configuration

    @property
    def head_trained(self) -> bool:
        """Whether training reached the policy head: in the frozen protocol it comes last."""
        joint = self.configuration.training.protocol == "joint"
        return joint or self.provenance.get("phase", "head") == "head"

    @property
    def task(self) -> str:
        """Name of the task."""
        return self.spec.task

    @property
    def control_rate(self) -> float:
        """Control steps per second of the training data [Hz]."""
        return self.spec.control_rate

    @property
    def fields(self) -> dict[str, int]:
        """Size of each field that it senses, in order."""
        return {field.name: field.size for field in self.spec.sensed}

    @property
    def action_names(self) -> tuple[str, ...]:
        """Name of each entry of an action."""
        return self.spec.actions.names

    def noise_scales(self) -> dict[str, np.ndarray]:
        """Standard deviation (size,) of each sensed field, in its unit: that of sensor noise."""
        return {name: self.normaliser.std[name].copy() for name in self.fields}

    def encoded_demonstrations(self) -> EncodedDemonstrations:
        """Latents and beliefs of the demonstrations; computed once, at the first call."""
        if self._encoded is None:
            self._encoded = encode_demonstrations(self.model, self.demonstrations)
        return self._encoded

    @classmethod
    def from_trainer(cls, trainer: Trainer) -> Checkpoint:
        """A checkpoint of the present weights, on the CPU and apart from the trainer."""
        model = _empty_model(
            trainer.configuration, trainer.dataset.spec, trainer.dataset.normaliser
        )
        weights = _deployed(trainer.model.state_dict())
        model.load_state_dict({k: v.cpu() for k, v in weights.items()})
        return cls(
            model,
            trainer.dataset.normaliser,
            trainer.dataset.demonstrations.to("cpu"),
            _provenance(trainer),
        )


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
    rows |= {IMAGE + name: image for name, image in data.observations.images.items()}
    if data.imitated is not None:
        rows["imitated"] = data.imitated
    weights = _deployed(state.part("model"))
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
        "provenance": {**_provenance(trainer), **(provenance or {})},
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    }
    files[DESCRIPTION] = json.dumps(description, indent=1).encode()
    try:
        _write_folder(folder, files)
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
    description = _read_description(folder)
    with _sense_of(folder):
        spec = Spec.from_dict(description["spec"])
        normaliser = Normaliser.from_dict(
            description["normaliser"], tuple(field.name for field in spec.vectors)
        )
        configuration = Configuration.from_dict(description["configuration"])
        index = description["demonstrations"]
        weights = _read_weights(folder, description)
        held = sum(tensor.numel() for tensor in weights.values())
        refuse_larger_model(folder, held, configuration, spec, normaliser)
        model = _empty_model(configuration, spec, normaliser)
        _load_weights(folder, model, _deployed(weights))
        rows = _read_tensors(folder, DEMONSTRATIONS, description)
        images = {f.name: rows[IMAGE + f.name] for f in spec.fields if f.kind == "image"}
        demonstrations = Demonstrations(
            Observation(normaliser.slices, rows["observations"], images),
            rows["actions"],
            tuple(int(n) for n in index["lengths"]),
            tuple(str(n) for n in index["identifiers"]),
            rows.get("imitated"),
        )
        _check_demonstrations(folder, demonstrations, spec)
        provenance = description["provenance"]
        return Checkpoint(model, normaliser, demonstrations, provenance, folder)


def resume_training(folder: Path | str, dataset: Dataset, device: str = "auto") -> Trainer:
    """A trainer that goes on where the one that wrote `folder` was, on the same data.

    Raises `NotResumableError` if the data differs, and what `load_checkpoint` raises.
    """
    folder = Path(folder).absolute()
    description = _read_description(folder)
    with _sense_of(folder):
        configuration = Configuration.from_dict(description["configuration"])
        expected = description["provenance"]["data"]
        if dataset.demonstrations.fingerprint() != expected:
            raise NotResumableError(
                folder,
                "was trained on other demonstrations; choose the same episodes, in the same "
                "order, or start a new training",
            )
        tensors = present_training(_read_tensors(folder, TRAINING, description))
        weights = _read_weights(folder, description)
        tensors |= {f"model.{name}": value for name, value in weights.items()}
        place = description["training"]
        state = TrainingState(int(place["step"]), int(place["phase"]), tensors)
        trainer = Trainer(dataset, configuration, device)
        try:
            trainer.restore(state)
        except (RuntimeError, IndexError) as error:
            raise BrokenCheckpointError(folder, "its training state does not fit it") from error
        return trainer


def _provenance(trainer: Trainer) -> dict[str, Any]:
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "step": trainer.step,
        "total_steps": trainer.total_steps,
        "phase": trainer.phase.name,
        "device": str(trainer.device),
        "data": trainer.dataset.demonstrations.fingerprint(),
        "episodes": len(trainer.dataset),
        "versions": {
            "python": platform.python_version(),
            "torch": str(torch.__version__),
            "numpy": np.__version__,
        },
    }


def _empty_model(configuration: Configuration, spec: Spec, normaliser: Normaliser) -> ActJepa:
    with torch.random.fork_rng(devices=[]):  # initial weights are overwritten, not drawn
        return ActJepa(configuration, spec, normaliser, training=False)


def _deployed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Those of `weights` that deployment needs."""
    return {k: v for k, v in weights.items() if not k.startswith(OBJECTIVES)}


def _write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write all files into a new folder beside `folder`, flush them to disk, rename once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".tmp", dir=folder.parent))
    try:
        for name, data in files.items():
            with (building / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        building.chmod(0o755)
        _sync_folder(building)
        building.rename(folder)
        _sync_folder(folder.parent)
    except BaseException:
        shutil.rmtree(building, ignore_errors=True)
        raise


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows has no handle for a folder to flush
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read_description(folder: Path) -> dict[str, Any]:
    if not folder.exists():
        raise MissingCheckpointError(folder, "there is no checkpoint here; check the path")
    path = folder / DESCRIPTION
    if not folder.is_dir() or not path.is_file():
        raise ForeignCheckpointError(
            folder, f"is not a checkpoint (it has no {DESCRIPTION}); choose a checkpoint folder"
        )
    try:
        description = json.loads(read_plain_file(path, LARGEST_DESCRIPTION))
    except (OSError, ValueError, RecursionError) as error:
        raise BrokenCheckpointError(
            folder, f"{DESCRIPTION} cannot be read ({error}); train again or use another copy"
        ) from error
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise ForeignCheckpointError(
            folder, f"was not written by this program ({DESCRIPTION} names another format)"
        )
    if description.get("version") not in READABLE:
        raise CheckpointVersionError(
            folder,
            f"has format version {description.get('version')!r}; this program reads version "
            f"{VERSION}: use the version that wrote it, or train again",
        )
    with _sense_of(folder):
        return present_description(description)


def _read_weights(folder: Path, description: Mapping[str, Any]) -> dict[str, Tensor]:
    return present_weights(_read_tensors(folder, WEIGHTS, description), description)


def _read_tensors(folder: Path, name: str, description: Mapping[str, Any]) -> dict[str, Tensor]:
    """Tensors of one file, after its hash was compared with the description's."""
    name = stored_name(name, description)
    path = folder / name
    try:
        data = read_plain_file(path, LARGEST_FILE)
    except (OSError, ValueError, MemoryError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BrokenCheckpointError(
            folder, f"{name} cannot be read ({reason}); use another copy"
        ) from error
    if hashlib.sha256(data).hexdigest() != description["files"][name]:
        raise BrokenCheckpointError(
            folder, f"{name} was changed or is truncated; train again or use another copy"
        )
    try:
        tensors: dict[str, Tensor] = load_tensors(data)
    except SafetensorError as error:
        raise BrokenCheckpointError(folder, f"{name} cannot be read ({error})") from error
    return tensors


def _load_weights(folder: Path, model: ActJepa, weights: Mapping[str, Tensor]) -> None:
    try:
        model.load_state_dict(dict(weights))
    except RuntimeError as error:
        raise BrokenCheckpointError(
            folder, "its weights do not fit its configuration; train again"
        ) from error
    if not all(bool(torch.isfinite(p).all()) for p in model.parameters()):
        raise BrokenCheckpointError(folder, "its weights hold NaN or infinity; train again")


def _check_demonstrations(folder: Path, data: Demonstrations, spec: Spec) -> None:
    rows = sum(data.lengths)
    held: list[tuple[str, Tensor, tuple[int, ...]]] = [
        ("observations", data.observations.packed, (rows, spec.vector_size)),
        ("actions", data.actions, (rows, spec.actions.size)),
    ]
    for field in spec.fields:
        if field.kind == "image":
            held.append((field.name, data.observations[field.name], (rows, *field.shape)))
    for name, tensor, shape in held:
        given = tuple(tensor.shape)
        if given != shape or min(data.lengths, default=0) < 1:
            raise BrokenCheckpointError(
                folder, f"its demonstrations have {name} of shape {given}, not {shape}"
            )
    if data.imitated is not None and data.imitated.shape != (rows,):
        raise BrokenCheckpointError(folder, "it does not say of each row whether to imitate it")


@contextlib.contextmanager
def _sense_of(folder: Path) -> Iterator[None]:
    """Whatever a description may lack or hold wrongly becomes a `BrokenCheckpointError`."""
    try:
        yield
    except (
        KeyError,
        IndexError,
        TypeError,
        ValueError,
        AttributeError,
        OverflowError,
        MemoryError,
        RecursionError,
    ) as error:
        if isinstance(error, CheckpointError):
            raise
        hint = str(error) if isinstance(error, ConfigurationError) else f"{error!r}"
        raise BrokenCheckpointError(
            folder, f"its description does not make sense ({hint}); train again"
        ) from error

"""The folder of a checkpoint: written whole or not at all, and read with care."""

import contextlib
import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from torch import Tensor

from core.files import read_plain_file
from core.learning.checkpoints.former import (
    READABLE,
    present_description,
    present_weights,
    stored_name,
)
from core.learning.checkpoints.limits import LARGEST_DESCRIPTION, LARGEST_FILE
from core.learning.errors import (
    BrokenCheckpointError,
    CheckpointError,
    CheckpointVersionError,
    ConfigurationError,
    ForeignCheckpointError,
    MissingCheckpointError,
)

FORMAT = "act-jepa-studio checkpoint"
"""What the description calls itself."""
VERSION = READABLE[-1]
"""Version of the format; raised when an older program could not read it."""
DESCRIPTION = "checkpoint.json"
WEIGHTS = "weights.safetensors"
TRAINING = "training.safetensors"
ENCODED = "encoded."
"""How the names begin of what a policy of images has made of the demonstrations."""
ENCODED_PARTS = ("latents", "targets", "states")
"""Parts of it that are stored."""


def read_description(folder: Path) -> dict[str, Any]:
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
    with sense_of(folder):
        return present_description(description)


def read_weights(folder: Path, description: Mapping[str, Any]) -> dict[str, Tensor]:
    return present_weights(read_tensors(folder, WEIGHTS, description), description)


def read_tensors(folder: Path, name: str, description: Mapping[str, Any]) -> dict[str, Tensor]:
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
        return load_tensors(data)
    except SafetensorError as error:
        raise BrokenCheckpointError(folder, f"{name} cannot be read ({error})") from error


@contextlib.contextmanager
def sense_of(folder: Path) -> Iterator[None]:
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

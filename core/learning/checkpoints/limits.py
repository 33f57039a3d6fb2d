"""What a checkpoint from elsewhere may ask of this machine before it is believed."""

from pathlib import Path

import torch

from core.learning.configuration import Configuration
from core.learning.dataset.normaliser import Normaliser
from core.learning.errors import BrokenCheckpointError
from core.learning.model import ActJepa
from core.spec import Spec

LARGEST_FILE = 4 * 2**30
"""Files larger than this are not checkpoints of this program [bytes]."""
LARGEST_DESCRIPTION = 64 * 2**20
"""The same for a description, which names the demonstrations and little else [bytes]."""
MOST_LAYERS = 64
"""Most hidden layers; a model of a million would take hours to build."""


def refuse_larger_model(
    folder: Path,
    held: int,
    configuration: Configuration,
    spec: Spec,
    normaliser: Normaliser,
) -> None:
    """Refuse a configuration whose model has more numbers than the `held` ones that were saved.

    The model is built without memory first: a few letters can ask for terabytes. Raises
    `BrokenCheckpointError`.
    """
    layers = max(
        len(section.get("hidden", ()))
        for section in configuration.to_dict().values()
        if isinstance(section, dict)
    )
    try:
        # Every input and every action is multiplied by a weight.
        if layers > MOST_LAYERS or spec.vector_size + spec.actions.size > held:
            raise ValueError("more than was saved")
        with torch.device("meta"):
            model = ActJepa(configuration, spec, normaliser, training=False)
        if sum(tensor.numel() for tensor in model.state_dict().values()) > held:
            raise ValueError("more than was saved")
    except (RuntimeError, MemoryError, OverflowError, ValueError, TypeError) as error:
        raise BrokenCheckpointError(
            folder,
            "its configuration describes a larger model than its weights; use another copy",
        ) from error

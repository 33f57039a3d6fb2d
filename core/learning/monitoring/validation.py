"""How well a policy imitates demonstrations that it has not been trained on."""

from collections.abc import Sequence

import numpy as np
import torch

from core.learning.dataset.dataset import Dataset, EpisodeLike, packed, shapes_of
from core.learning.dataset.demonstrations import Demonstrations
from core.learning.errors import DatasetError
from core.learning.memory import encode_demonstrations
from core.learning.model import ActJepa
from core.learning.objectives import imitation


def held_out_demonstrations(dataset: Dataset, episodes: Sequence[EpisodeLike]) -> Demonstrations:
    """Other episodes of the same kind, normalised as those of `dataset`, on its device.

    Raises `DatasetError` where there are none, or where they cannot be told apart from others of
    `dataset` or have other fields or actions.
    """
    if not episodes:
        raise DatasetError("no demonstrations are held out; choose at least one.")
    known = set(dataset.demonstrations.identifiers)
    for episode in episodes:
        name = episode.info.identifier
        if name in known:
            raise DatasetError(f"{name} is trained on and cannot be held out; choose others.")
        fields = (field for field in dataset.spec.fields if not field.source)
        same = shapes_of(episode) == {field.name: field.shape for field in fields}
        if not same or np.shape(episode.actions)[1] != dataset.spec.actions.size:
            raise DatasetError(
                f"{name} has other fields or actions than the demonstrations trained on."
            )
    return packed(episodes, (), dataset.spec, dataset.normaliser).to(dataset.demonstrations.device)


@torch.no_grad()
def imitation_losses(model: ActJepa, demonstrations: Demonstrations) -> dict[str, float]:
    """The policy head's loss terms over all steps of `demonstrations`, by their names.

    Nothing is turned, moved or mirrored, and every belief remembers its episode from the start.
    """
    actions, exists = demonstrations.action_chunks(model.head.chunk)
    beliefs = encode_demonstrations(model, demonstrations).beliefs
    losses = imitation.imitation_losses(model, beliefs, actions, exists)
    return {name: float(value) for name, value in losses.items()}

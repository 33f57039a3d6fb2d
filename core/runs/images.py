"""The images that a training needs, added to the episodes that it learns from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

from core.data import Episode, EpisodeInfo
from core.images import images_for
from core.learning import EncoderConfiguration, LearningError
from core.learning.senses import image_senses
from core.runs.request import TrainingStoppedError
from core.spec import POLICY_CAMERAS, Field, image_field


def wanted_images(info: EpisodeInfo, encoder: EncoderConfiguration) -> tuple[Field, ...]:
    """The image fields that a policy with this encoder senses of episodes like `info`.

    Those of the bundled arm are of its cameras, whether or not they were drawn already; those of
    another robot are what it recorded.
    """
    size = encoder.image_size
    if info.simulated:
        fields = tuple(image_field(camera, size) for camera in POLICY_CAMERAS)
    else:
        fields = tuple(Field(name, (size, size, 3), "image") for name in info.images)
    everything = image_senses(encoder.senses)
    return tuple(field for field in fields if everything or field.name in encoder.senses)


def with_images(
    episodes: Sequence[Episode],
    files: Sequence[Path],
    encoder: EncoderConfiguration,
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Event | None = None,
) -> list[Episode]:
    """The episodes with the images that a policy senses, drawn first where they are missing.

    `on_progress` gets the episodes done and the number of them all. Raises
    `TrainingStoppedError`, and `core.images` errors in a sentence.
    """
    fields = wanted_images(episodes[0].info, encoder)
    if not fields:
        if image_senses(encoder.senses):
            raise LearningError(
                f"the policy is to sense cameras, and {episodes[0].info.identifier} has no images; "
                "import its images too, or let the policy sense the state"
            )
        return list(episodes)
    found = images_for(files, episodes, fields, on_progress=on_progress, should_stop=should_stop)
    if found is None:
        raise TrainingStoppedError
    names = tuple(field.name for field in fields)
    shown = []
    for place, episode in enumerate(episodes):
        declared = tuple(each for each in episode.info.declared if each.name not in names)
        info = replace(episode.info, images=names, declared=declared + fields)
        shown.append(
            replace(episode, info=info, images={name: found[name][place] for name in names})
        )
    return shown

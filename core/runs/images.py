"""The images that a training needs, added to the episodes that it learns from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Event

from core.data import Episode, EpisodeInfo
from core.images import images_for
from core.learning import EncoderConfiguration, LearningError
from core.learning.senses import image_senses, require_known
from core.runs.request import TrainingStoppedError
from core.spec import POLICY_CAMERAS, Field, image_field

NAMED = 5
"""Recordings that an error names; of more it tells the number."""


def wanted_images(info: EpisodeInfo, encoder: EncoderConfiguration) -> tuple[Field, ...]:
    """The image fields that a policy with this encoder senses of an episode like `info`.

    Those of the bundled arm are of its cameras, whether or not they were drawn already; those of
    another robot are what it recorded.
    """
    everything = image_senses(encoder.senses)
    fields = _possible_images(info, encoder.image_size)
    return tuple(field for field in fields if everything or field.name in encoder.senses)


def with_images(
    episodes: Sequence[Episode],
    files: Sequence[Path],
    encoder: EncoderConfiguration,
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Event | None = None,
    on_warning: Callable[[str], None] | None = None,
) -> list[Episode]:
    """The episodes with the images that a policy senses, drawn first where they are missing.

    `on_progress` gets the episodes done and the number of them all, `on_warning` a sentence about
    each episode with black images. Raises `TrainingStoppedError`, `LearningError` for senses that
    some of the episodes lack, and the errors of `core.images`, each a sentence.
    """
    fields = _wanted_everywhere([episode.info for episode in episodes], encoder)
    if not fields:
        return list(episodes)
    found = images_for(
        files,
        episodes,
        fields,
        on_progress=on_progress,
        on_warning=on_warning,
        should_stop=should_stop,
    )
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


def _possible_images(info: EpisodeInfo, size: int) -> tuple[Field, ...]:
    """All image fields that a policy could sense of an episode like `info`."""
    if info.simulated:
        return tuple(image_field(camera, size) for camera in POLICY_CAMERAS)
    return tuple(Field(name, (size, size, 3), "image") for name in info.images)


def _wanted_everywhere(
    infos: Sequence[EpisodeInfo], encoder: EncoderConfiguration
) -> tuple[Field, ...]:
    """The image fields that a policy senses of all episodes. Raises `LearningError`."""
    known: dict[str, None] = {}
    for info in infos:
        possible = _possible_images(info, encoder.image_size)
        known |= dict.fromkeys((*info.fields, *(field.name for field in possible)))
    require_known(encoder.senses, tuple(known))
    wanted = tuple(dict.fromkeys(f for info in infos for f in wanted_images(info, encoder)))
    if infos and image_senses(encoder.senses) and not wanted:
        raise LearningError(
            f"the policy is to sense cameras, and {infos[0].identifier} has no images; import its "
            "images too, or let the policy sense the state"
        )
    _require_recorded([field.name for field in wanted if field.rendering == 0], infos)
    return wanted


def _require_recorded(cameras: Sequence[str], infos: Sequence[EpisodeInfo]) -> None:
    """Raise `LearningError` unless every episode holds the images called `cameras`."""
    lacking = [info.identifier for info in infos if not set(cameras) <= set(info.images)]
    if not lacking:
        return
    common = [name for name in cameras if all(name in info.images for info in infos)]
    named = ", ".join(lacking[:NAMED]) + (" …" if len(lacking) > NAMED else "")
    missing = ", ".join(name for name in cameras if name not in common)
    remedy = f"sense only cameras that all have ({', '.join(common)})" if common else "sense none"
    raise LearningError(
        f"{len(lacking)} of {len(infos)} recordings lack images that the policy is to sense "
        f"({missing}): {named}. Leave these recordings out, or let the policy {remedy}"
    )

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


def wanted_images(infos: Sequence[EpisodeInfo], encoder: EncoderConfiguration) -> tuple[Field, ...]:
    """The image fields that a policy with this encoder senses of episodes like `infos`.

    Those of the bundled arm are of its cameras, whether or not they were drawn already; those of
    another robot are what any of its episodes holds. Raises `LearningError` naming the episodes
    that lack one of them, and for a name that is neither a group nor in the recordings.
    """
    size = encoder.image_size
    if infos[0].simulated:
        fields = tuple(image_field(camera, size) for camera in POLICY_CAMERAS)
    else:
        recorded = dict.fromkeys(name for info in infos for name in info.images)
        fields = tuple(Field(name, (size, size, 3), "image") for name in recorded)
    require_known(encoder.senses, (*infos[0].fields, *(field.name for field in fields)))
    everything = image_senses(encoder.senses)
    wanted = tuple(field for field in fields if everything or field.name in encoder.senses)
    if everything and not wanted:
        raise LearningError(
            f"the policy is to sense cameras, and {infos[0].identifier} has no images; import its "
            "images too, or let the policy sense the state"
        )
    _require_everywhere(wanted, infos)
    return wanted


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
    each episode with black images. Raises `TrainingStoppedError`, and the errors of `core.images`
    and of `wanted_images`, each a sentence.
    """
    fields = wanted_images([episode.info for episode in episodes], encoder) if episodes else ()
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


def _require_everywhere(wanted: Sequence[Field], infos: Sequence[EpisodeInfo]) -> None:
    """Raise `LearningError` unless every episode of another robot has the images `wanted`."""
    recorded = [field.name for field in wanted if field.rendering == 0]
    common = [name for name in recorded if all(name in info.images for info in infos)]
    lacking = [info.identifier for info in infos if not set(recorded) <= set(info.images)]
    if not lacking:
        return
    named = ", ".join(lacking[:NAMED]) + (" …" if len(lacking) > NAMED else "")
    missing = ", ".join(name for name in recorded if name not in common)
    remedy = f"sense only cameras that all have ({', '.join(common)})" if common else "sense none"
    raise LearningError(
        f"{len(lacking)} of {len(infos)} recordings lack images that the policy is to sense "
        f"({missing}): {named}. Leave these recordings out, or let the policy {remedy}"
    )

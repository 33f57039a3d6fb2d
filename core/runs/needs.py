"""What a training on some recordings leaves out, and what it must make first.

Told from descriptions and file names alone, so that it can be said while a person still chooses.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.data import EpisodeInfo
from core.images import ImagesError, check_image, made_images
from core.learning import EncoderConfiguration
from core.learning.senses import FORCE, GROUPS, image_senses
from core.runs.images import wanted_images

SECONDS_AN_IMAGE = 0.002
"""What drawing or resizing an image of 64 pixels takes [s]; for estimates only."""

Described = tuple[Path, EpisodeInfo]
"""The file of a recording and its description."""


@dataclass(frozen=True)
class Fitting:
    """Which recordings a policy can learn from. Immutable; crosses threads."""

    recordings: tuple[Described, ...]
    """Those that have all it senses."""
    left_out: tuple[tuple[str, int], ...] = ()
    """Why others are left out, and how many, such as ("without forces", 12)."""


@dataclass(frozen=True)
class Missing:
    """The images that a training must make first. Immutable; crosses threads."""

    recordings: int
    """Recordings that lack images."""
    seconds: float
    """About how long it takes to make them [s]."""


def fitting(recordings: Sequence[Described], encoder: EncoderConfiguration) -> Fitting:
    """The `recordings` from which a policy with this encoder can learn."""
    kept, reasons = [], Counter[str]()
    for path, info in recordings:
        reason = _why_not(info, encoder)
        if reason:
            reasons[reason] += 1
        else:
            kept.append((path, info))
    return Fitting(tuple(kept), tuple(reasons.most_common()))


def missing_images(recordings: Sequence[Described], encoder: EncoderConfiguration) -> Missing:
    """What has to be made of the images of `recordings`, which are fitting."""
    made: dict[tuple[Path, str], frozenset[str]] = {}
    count, images = 0, 0
    for path, info in recordings:
        lacking = 0
        for field in wanted_images(info, encoder):
            key = path.parent, field.name
            if key not in made:
                made[key] = made_images(path.parent, field)
            lacking += path.stem not in made[key]
        count += lacking > 0
        images += lacking * info.steps
    larger = (encoder.image_size / 64) ** 2
    return Missing(count, images * SECONDS_AN_IMAGE * max(1.0, 0.3 * larger))


def _why_not(info: EpisodeInfo, encoder: EncoderConfiguration) -> str:
    """What is wrong with a recording, after that word; empty if a policy can learn from it."""
    fields = wanted_images(info, encoder)
    if image_senses(encoder.senses) and not fields:
        return "without images"
    for field in fields:
        try:
            check_image(info, field)
        except ImagesError:
            return "of another scene or version of it"
    lacks_force = info.simulated and not set(FORCE) <= set(info.fields)
    if "cameras+force" in encoder.senses and lacks_force:
        return "without forces"
    own = {*GROUPS, *info.fields, *(field.name for field in fields)}
    for name in encoder.senses:
        if name not in own:
            return f"without {name!r}"
    return ""

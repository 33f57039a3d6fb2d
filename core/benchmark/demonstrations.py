"""Demonstrations of the scripted operator, made once and kept."""

from collections.abc import Callable, Sequence
from pathlib import Path

from core import versions
from core.data import SUFFIX, Episode, read_episode, scripted_episode, write_episode
from core.learning import EncoderConfiguration
from core.runs.images import with_images
from core.simulation import demonstrate

STARTS_PER_SEED = 10_000
"""A training seed takes its demonstrations from this many starts of its own."""


def first_start(seed: int) -> int:
    """The first start that training seed `seed` tries."""
    return seed * STARTS_PER_SEED


def scripted_demonstrations(
    cache: Path,
    task: str,
    seed: int,
    count: int,
    on_progress: Callable[[float], None] | None = None,
) -> list[Episode]:
    """The first `count` successful demonstrations from the starts of training seed `seed`.

    What is not in `cache` yet is made and written there, each file whole, in the order of its
    start: more can be added later, and several processes may do so at once, since all write the
    same. `on_progress` gets the share that is there. Raises the errors of recordings and of the
    simulation.
    """
    folder = _folder(cache, task, seed)
    folder.mkdir(parents=True, exist_ok=True)
    paths = sorted(folder.glob(f"*{SUFFIX}"))
    if len(paths) < count:
        next_start = int(paths[-1].stem.split("-")[-1]) + 1 if paths else first_start(seed)
        for rollout in demonstrate(task, count - len(paths), next_start, threads=1):
            episode = scripted_episode(rollout)
            paths.append(write_episode(folder, episode, replace=True))
            if on_progress is not None:
                on_progress(len(paths) / count)
    return [read_episode(path) for path in paths[:count]]


def images_of(
    cache: Path, task: str, seed: int, episodes: Sequence[Episode], encoder: EncoderConfiguration
) -> list[Episode]:
    """These scripted demonstrations with the images that a policy with `encoder` senses."""
    folder = _folder(cache, task, seed)
    files = [folder / f"{episode.info.identifier}{SUFFIX}" for episode in episodes]
    return with_images(episodes, files, encoder)


def _folder(cache: Path, task: str, seed: int) -> Path:
    # the folder grows: its name does not tell the number
    return cache / "demonstrations" / f"{task}-{seed}-v{versions.SIMULATION}"

"""The images that a training needs, of many recordings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import numpy as np

from core.data import Episode, StorageError
from core.images.cache import opened, target_of, tidy
from core.images.errors import ImagesError
from core.images.making import request_of
from core.images.processes import Processes
from core.images.wanted import check_image
from core.spec import Field

WORKER = "core.images.making:ImageMaker"


@dataclass(frozen=True)
class _Recording:
    """A recording, and where its images are."""

    path: Path
    episode: Episode
    targets: dict[Field, Path]

    def open(self, field: Field) -> np.ndarray | None:
        """The images, or None if they are not there."""
        return opened(self.targets[field], (len(self.episode), *field.shape))

    def missing(self) -> list[tuple[Field, Path]]:
        """What is not there and can be made. Raises :class:`ImagesError` if it cannot."""
        found = [(field, target) for field, target in self.targets.items() if not self._has(field)]
        for field, _ in found:
            check_image(self.episode.info, field)
        return found

    def _has(self, field: Field) -> bool:
        return self.open(field) is not None


def images_for(
    paths: Sequence[Path],
    episodes: Sequence[Episode],
    fields: Sequence[Field],
    *,
    on_progress: Callable[[int, int], None] | None = None,
    on_warning: Callable[[str], None] | None = None,
    should_stop: Event | None = None,
    processes: int | None = None,
) -> dict[str, list[np.ndarray]] | None:
    """The image `fields` of recordings, {field: [(T, height, width, 3) uint8 of each recording]}.

    The arrays are mapped into memory and cannot be written to. What is not yet in the cache beside
    the recordings is made first, in `processes` (one less than there are cores). Fields of a
    rendering version are drawn from states unless the recording carries just these images; fields
    of version 0 are what the recording carries, resized. `episodes` are what `paths` hold; their
    own images need not be read. `on_progress` gets the number of recordings that are done, and of
    all, while anything is made. `on_warning` gets a sentence about each recording with black
    images. Returns None once `should_stop` is set; what was made until then stays.

    Raises :class:`ImagesError` for images that a recording cannot give, and
    :class:`core.data.StorageError` where the disk refuses.
    """
    recordings = [
        _Recording(path, episode, {field: target_of(path, episode, field) for field in fields})
        for path, episode in zip(paths, episodes, strict=True)
    ]
    _make(recordings, on_progress, should_stop, processes)
    if should_stop is not None and should_stop.is_set():
        return None
    found = {field.name: [_found(each, field) for each in recordings] for field in fields}
    if on_warning is not None:
        for field in fields:
            for each, images in zip(recordings, found[field.name], strict=True):
                _warn_of_black(each.path, field, images, on_warning)
    return found


def _make(
    recordings: Sequence[_Recording],
    on_progress: Callable[[int, int], None] | None,
    should_stop: Event | None,
    processes: int | None,
) -> None:
    """Make what is missing. Raises as :func:`images_for` does."""
    missing = [(each, wanted) for each in recordings if (wanted := each.missing())]
    if not missing:
        return
    done, total = len(recordings) - len(missing), len(recordings)
    if on_progress is not None:
        on_progress(done, total)
    requests = [request_of(each.path, wanted) for each, wanted in missing]
    for answer in Processes(WORKER, processes).run(requests, should_stop):
        if answer.failure is not None:
            path = missing[answer.index][0].path
            if answer.storage:
                raise StorageError(answer.failure, path)
            raise ImagesError(f"no images of {path.stem}: {answer.failure}", path)
        done += 1
        if on_progress is not None:
            on_progress(done, total)
    for folder in {each.path.parent for each in recordings}:
        targets = [t for each in recordings for t in each.targets.values()]
        tidy(folder, {each for each in targets if each.is_relative_to(folder)})


def _found(recording: _Recording, field: Field) -> np.ndarray:
    images = recording.open(field)
    if images is None:
        target = recording.targets[field]
        raise ImagesError(
            f"{target} was made and cannot be read; check the disk and try again", target
        )
    return images


def _warn_of_black(
    path: Path, field: Field, images: np.ndarray, on_warning: Callable[[str], None]
) -> None:
    """Say in how many images nothing is to be seen; what this program draws is never black."""
    if field.rendering:
        return
    middle = images[:, images.shape[1] // 2]  # a look at one row spares reading most images
    dark = [step for step in np.flatnonzero(~middle.any(axis=(1, 2))) if not images[step].any()]
    if dark:
        on_warning(
            f"{path.stem}: {len(dark)} of {len(images)} images {field.name!r} are black, the first "
            f"at step {dark[0]}; was the camera covered or unplugged?"
        )

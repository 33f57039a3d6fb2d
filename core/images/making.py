"""Makes the images of recordings, one recording after the other; runs in a process of its own."""

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from core.closing import Closing
from core.data import Episode, ImageReader, read_episode
from core.images.cache import new_images, target_of
from core.images.errors import ImagesError
from core.images.wanted import carries
from core.spec import Field

if TYPE_CHECKING:
    from core.simulation import PolicyCameras

AT_ONCE = 64
"""Images that are held in memory together."""


class Drawer(Closing):
    """Draws the images of policies for whichever tasks come. Owns the cameras used last.

    Raises what :class:`core.simulation.PolicyCameras` raises.
    """

    def __init__(self) -> None:
        self._cameras: PolicyCameras | None = None

    def draw(self, task: str, states: np.ndarray, fields: Sequence[Field]) -> dict[str, np.ndarray]:
        """The images {field: (N, height, width, 3) uint8} of states (N, S)."""
        from core.simulation import PolicyCameras

        had = self._cameras
        if had is None or (had.task, had.fields) != (task, tuple(fields)):
            self.close()
            self._cameras = PolicyCameras(task, fields)
        assert self._cameras is not None
        return self._cameras.render(states)

    def close(self) -> None:
        """Give the graphics back."""
        if self._cameras is not None:
            self._cameras.close()
        self._cameras = None


class ImageMaker(Closing):
    """Writes files of images: drawn from states, or those that a recording carries, resized."""

    def __init__(self) -> None:
        self._drawer = Drawer()

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Make what :func:`request_of` asks for. Raises as :meth:`make` does."""
        wanted = [(Field.from_dict(e["field"]), Path(e["target"])) for e in request["make"]]
        self.make(Path(request["path"]), wanted)
        return {}

    def make(self, path: Path, wanted: Sequence[tuple[Field, Path]]) -> None:
        """Make the images of the recording in `path`, a file for each field.

        Raises the errors of reading and drawing, :class:`core.data.StorageError` where the disk
        refuses, and :class:`ImagesError` if the recording has changed since it was asked for.
        """
        episode = read_episode(path, images=False)
        for field, target in wanted:
            if target_of(path, episode, field) != target:
                raise ImagesError(f"{path} changed while its images were made; try again", path)
        info = episode.info
        copied = [(f, target) for f, target in wanted if not f.rendering or carries(info, f)]
        drawn = [each for each in wanted if each not in copied]
        if drawn:
            self._draw(episode, drawn)
        for field, target in copied:
            _copy(path, field, target)

    def _draw(self, episode: Episode, wanted: Sequence[tuple[Field, Path]]) -> None:
        fields = [field for field, _ in wanted]
        with contextlib.ExitStack() as files:
            append: dict[str, Callable[[np.ndarray], None]] = {
                field.name: files.enter_context(new_images(target, (len(episode), *field.shape)))
                for field, target in wanted
            }
            for first in range(0, len(episode), AT_ONCE):
                states = episode.states[first : first + AT_ONCE]
                drawn = self._drawer.draw(episode.info.task, states, fields)
                for name, images in drawn.items():
                    append[name](images)

    def close(self) -> None:
        """Give the graphics back."""
        self._drawer.close()


def request_of(path: Path, wanted: Sequence[tuple[Field, Path]]) -> dict[str, Any]:
    """What an :class:`ImageMaker` in another process is asked for, as JSON can hold it."""
    make = [{"field": field.to_dict(), "target": str(target)} for field, target in wanted]
    return {"path": str(path), "make": make}


def _copy(path: Path, field: Field, target: Path) -> None:
    """The images that a recording carries, in the size of `field`."""
    from core.learning.dataset.resizing import resized

    height, width, _ = field.shape
    with (
        ImageReader(path) as reader,
        new_images(target, (reader.info.steps, *field.shape)) as append,
    ):
        for images in _carried(reader, field.name):
            append(resized(images, height, width))


def _carried(reader: ImageReader, name: str) -> Iterator[np.ndarray]:
    for first in range(0, reader.info.steps, AT_ONCE):
        steps = range(first, min(first + AT_ONCE, reader.info.steps))
        yield np.stack([reader.read(name, step) for step in steps])

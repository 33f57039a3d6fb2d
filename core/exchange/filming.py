"""Pictures of episodes from their simulator states, and of policies at work."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.closing import Closing
from core.data import Episode, EpisodeInfo, list_episodes, read_episode
from core.data.layout import encode
from core.data.library.history import trash_of
from core.data.library.locking import locked
from core.data.stamps import stamp_of
from core.data.writer import commit
from core.exchange.errors import DrawingError
from core.simulation import TASKS, Camera, model_hash

CAMERAS = ("workspace", "wrist")
"""Cameras of the bundled scenes."""
ATTEMPTS = 3
"""How often a recording that changes meanwhile is drawn again."""
LARGEST_SIDE = 2048
"""Larger pictures than this are not drawn [px]."""


@dataclass(frozen=True)
class Rendered:
    """What became of one recording."""

    path: Path
    """The recording."""
    pictures: int
    """Pictures drawn; 0 if all that was asked for was there already."""
    problem: str | None = None
    """Why nothing could be drawn; None if it could."""


def why_not(info: EpisodeInfo) -> str | None:
    """Why an episode's states cannot be drawn; None if they can."""
    if info.task not in TASKS:
        return f"{info.identifier} is of {info.task!r}, which no bundled scene shows"
    if info.model_hash != model_hash(info.task):
        return f"{info.identifier} was recorded with another version of the scene"
    return None


class Studio(Closing):
    """Draws states of whichever tasks come. Owns a camera of the task drawn last.

    Raises :class:`core.simulation.UnavailableGraphicsError` where nothing can be drawn.
    """

    def __init__(self, width: int, height: int) -> None:
        """`width` and `height` in pixels; raises :class:`DrawingError`."""
        if not (1 <= width <= LARGEST_SIDE and 1 <= height <= LARGEST_SIDE):
            raise DrawingError(
                f"pictures of {width} x {height} pixels; expected 1 to {LARGEST_SIDE} each way"
            )
        self._size = width, height
        self._task = ""
        self._camera: Camera | None = None

    def draw(self, task: str, state: np.ndarray, camera: str) -> np.ndarray:
        """A state (S,) of `task` as seen by `camera`, (height, width, 3) uint8."""
        if self._camera is None or task != self._task:
            self.close()
            self._camera, self._task = Camera(task, *self._size), task
        return self._camera.render(state, camera)

    def close(self) -> None:
        """Give the graphics back."""
        if self._camera is not None:
            self._camera.close()
        self._camera = None


def render_images(folder: Path | str, cameras: Sequence[str], size: int) -> Iterator[Rendered]:
    """Add images of `size` x `size` pixels to every recording below `folder`, one after the other.

    Each file is written again and exchanged in one step. A file that has these images already is
    left alone, so that an interrupted run can be repeated. What cannot be drawn comes back with
    its reason.
    """
    with Studio(size, size) as studio:
        for entry in list_episodes(folder):
            reason = entry.problem if entry.info is None else why_not(entry.info)
            if reason is not None:
                yield Rendered(entry.path, 0, reason)
            else:
                yield _render(studio, entry.path, cameras, size)


def _render(studio: Studio, path: Path, cameras: Sequence[str], size: int) -> Rendered:
    """Draw what is missing in one recording.

    It may be edited meanwhile. Pictures go only into the file that they were drawn from; for a
    changed file they are drawn again.
    """
    trash = trash_of(path.parent)
    for _ in range(ATTEMPTS):
        before = stamp_of(path)
        episode, pictures = _with_pictures(studio, path, cameras, size)
        if not pictures:
            return Rendered(path, 0)
        data = encode(episode)
        with locked(trash) if trash.is_dir() else contextlib.nullcontext():
            if stamp_of(path) == before:
                commit(path, data)
                return Rendered(path, pictures)
        if not path.exists():
            return Rendered(path, 0, f"{path} was deleted while its images were drawn")
    return Rendered(path, 0, f"{path} kept changing while its images were drawn; try again")


def _with_pictures(
    studio: Studio, path: Path, cameras: Sequence[str], size: int
) -> tuple[Episode, int]:
    """A recording with all the images that are wanted, and how many had to be drawn."""
    episode = read_episode(path)
    images, drawn = dict(episode.images), 0
    for camera in cameras:
        name = f"{camera}_image"
        if name not in images or images[name].shape[1:3] != (size, size):
            shown = [studio.draw(episode.info.task, state, camera) for state in episode.states]
            images[name] = np.stack(shown)
            drawn += len(shown)
    info = replace(episode.info, images=tuple(images))
    return replace(episode, info=info, images=images), drawn


def episode_pictures(
    episode: Episode, camera: str, width: int, height: int
) -> Iterator[np.ndarray]:
    """An episode as seen by `camera`: drawn from its states, or else the images it carries.

    Raises :class:`DrawingError` if it has neither.
    """
    reason = why_not(episode.info)
    if reason is None:
        if camera not in CAMERAS:
            raise DrawingError(f"unknown camera {camera!r}; cameras: {', '.join(CAMERAS)}")
        with Studio(width, height) as studio:
            for state in episode.states:
                yield studio.draw(episode.info.task, state, camera)
        return
    pictures = episode.images.get(f"{camera}_image", episode.images.get(camera))
    if pictures is None:
        has = f"; it carries {', '.join(episode.images)}" if episode.images else ""
        raise DrawingError(f"{reason}, and it carries no images called {camera!r}{has}")
    yield from pictures

"""Pictures for people: of episodes from their simulator states, and of policies at work."""

from collections.abc import Iterator

import numpy as np

from core.closing import Closing
from core.data import Episode
from core.exchange.errors import DrawingError
from core.images import why_not_drawn
from core.simulation import Camera
from core.spec import POLICY_CAMERAS

LARGEST_SIDE = 2048
"""Larger pictures than this are not drawn [px]."""


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


def episode_pictures(
    episode: Episode, camera: str, width: int, height: int
) -> Iterator[np.ndarray]:
    """An episode as seen by `camera`: drawn from its states, or else the images it carries.

    Raises :class:`DrawingError` if it has neither.
    """
    reason = why_not_drawn(episode.info)
    if reason is None:
        if camera not in POLICY_CAMERAS:
            raise DrawingError(f"unknown camera {camera!r}; cameras: {', '.join(POLICY_CAMERAS)}")
        with Studio(width, height) as studio:
            for state in episode.states:
                yield studio.draw(episode.info.task, state, camera)
        return
    pictures = episode.images.get(f"{camera}_image", episode.images.get(camera))
    if pictures is None:
        has = f"; it carries {', '.join(episode.images)}" if episode.images else ""
        raise DrawingError(f"{reason}, and it carries no images called {camera!r}{has}")
    yield from pictures

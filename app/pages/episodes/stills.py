"""Pictures of recorded states, drawn beside the window without making it wait."""

from __future__ import annotations

import numpy as np

from app.scene.graphics import ready_context
from core.simulation import Camera


class Stills:
    """Draws states of any task as the camera of the workspace sees them, without shadows.

    Owns one OpenGL context and lends it to a camera of each task: what the driver has to make
    ready is made ready once, and nobody waits for it (`app.scene.graphics`). Make, use and
    close it on one thread. Raises `core.simulation.UnavailableGraphicsError`.
    """

    def __init__(self, width: int, height: int) -> None:
        self._width, self._height = width, height
        self._cameras: dict[str, Camera] = {}
        self._gl = ready_context(width, height)

    def draw(self, task: str, state: np.ndarray) -> np.ndarray:
        """A state (state_size,) of a task as (height, width, 3) uint8.

        Raises `core.simulation.InvalidStateError` for a state of another task.
        """
        if task not in self._cameras:
            self._cameras[task] = Camera(
                task, self._width, self._height, shadows=False, context=self._gl
            )
        return self._cameras[task].render(state)

    def close(self) -> None:
        """Give the context back."""
        for camera in self._cameras.values():
            camera.close()
        self._cameras.clear()
        self._gl.free()

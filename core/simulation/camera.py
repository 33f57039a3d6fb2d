"""Pictures of a simulation for people."""

import numpy as np

from core.closing import Closing
from core.simulation.canvas import Canvas, GraphicsContext
from core.simulation.model import load_model
from core.simulation.snapshot import Snapshot

SHADOW_HEIGHT = 128
"""Pictures at least this high [px] have shadows. They cost as much as everything else in software
rendering, and in a smaller picture tell nothing."""


class Camera(Closing):
    """Draws states and snapshots of one task as people see them: thumbnails and videos.

    What a policy sees is drawn by :class:`core.simulation.PolicyCameras`. Owns a model and a canvas
    of its own, so it never races with a world. Create, use and close it on one thread. Close it
    (or use `with`), or the driver's memory stays taken.

    Raises :class:`UnknownNameError`, and :class:`UnavailableGraphicsError` where nothing can
    be drawn.
    """

    def __init__(
        self,
        task: str,
        width: int,
        height: int,
        *,
        shadows: bool | None = None,
        context: GraphicsContext | None = None,
    ) -> None:
        """`width` and `height` in pixels; `shadows` None means: if the picture is large.
        `context`: made on this thread and freed by its owner, who draws several tasks with it.
        """
        self._model = load_model(task)
        self._size = width, height
        shadows = height >= SHADOW_HEIGHT if shadows is None else shadows
        self._canvas = Canvas(self._model, width, height, shadows=shadows, context=context)

    def render(self, what: np.ndarray | Snapshot, camera: str = "workspace") -> np.ndarray:
        """Draw a state (state_size,) or a snapshot as seen by `camera`, (height, width, 3) uint8.

        `camera` is "workspace" or "wrist". Raises :class:`InvalidStateError` for a state of
        another task, ValueError for another camera, :class:`SimulationError` on another thread
        or after :meth:`close`.
        """
        self._canvas.check()
        names = [self._model.camera(number).name for number in range(self._model.ncam)]
        if camera not in names:
            raise ValueError(f"unknown camera {camera!r}; cameras: {', '.join(names)}")
        self._canvas.place(what)
        self._canvas.view(names.index(camera))
        return np.ascontiguousarray(self._canvas.draw(*self._size))

    def close(self) -> None:
        """Give the context back; does nothing the second time."""
        self._canvas.close()

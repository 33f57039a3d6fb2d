"""What the cameras of policies see, drawn on a thread of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import mujoco
import numpy as np
from PySide6.QtCore import QObject, Signal

from app.jobs.background import NewestFirst
from app.scene.graphics import ready_context
from app.widgets.camera_images import Images, Pictures, image_of
from core.simulation import (
    IMAGE_SIZE,
    POLICY_CAMERAS,
    Appearance,
    PolicyCameras,
    SimulationError,
    Snapshot,
    UnavailableGraphicsError,
    image_field,
)
from core.spec import Field


def policy_fields(size: int = IMAGE_SIZE) -> tuple[Field, ...]:
    """The images that policies are trained on by default, of `size` x `size` pixels."""
    return tuple(image_field(camera, size) for camera in POLICY_CAMERAS)


@dataclass(frozen=True, eq=False)
class Moment:
    """A moment of which the images are wanted. Immutable; crosses threads."""

    key: Any
    """Comes back with the images."""
    task: str
    """Whose scene it is."""
    fields: tuple[Field, ...]
    """The images wanted."""
    what: Snapshot | np.ndarray
    """A snapshot, or a state (state_size,)."""
    appearance: Appearance | None = None
    """How the scene looks; None: as it was built."""


class PolicyPainter(NewestFirst[Moment]):
    """Draws the moment that was asked for last. Owns the cameras, and with them a GL context."""

    drawn = Signal(object)
    """The images, or why there are none: `Pictures`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("policy cameras", 1, parent)
        self._cameras: PolicyCameras | None = None

    def run(self) -> None:
        """Draw until the program closes; on the thread itself."""
        unavailable = ""
        try:
            while (moment := self.next_wish()) is not None:
                problem, images = unavailable, Images()
                if not unavailable:
                    try:
                        images = self._draw(moment)
                    except UnavailableGraphicsError as error:
                        problem = unavailable = str(error)
                    except (SimulationError, mujoco.FatalError) as error:
                        problem = str(error)
                self.drawn.emit(Pictures(moment.key, images, problem))
        finally:
            self._close()

    def _draw(self, moment: Moment) -> Images:
        had = self._cameras
        if had is None or (had.task, had.fields) != (moment.task, moment.fields):
            self._close()
            self._cameras = PolicyCameras(moment.task, moment.fields, make_context=ready_context)
        assert self._cameras is not None
        found = self._cameras.render(_one(moment.what), [moment.appearance])
        return tuple((name, image_of(pixels[0])) for name, pixels in found.items())

    def _close(self) -> None:
        if self._cameras is not None:
            self._cameras.close()
        self._cameras = None


def _one(what: Snapshot | np.ndarray) -> np.ndarray | Sequence[Snapshot]:
    return [what] if isinstance(what, Snapshot) else what[None]

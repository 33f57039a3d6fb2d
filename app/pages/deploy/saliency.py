"""Where a policy looks, computed on a thread of its own."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.jobs.background import NewestFirst

if TYPE_CHECKING:
    from core.policies import Saliency

PATIENCE = 0.25
"""Time that the maps of one frame may take, if fewer copies make them faster [s]."""
COLORS = "inferno"
"""Perceptually uniform, and apart for colour-blind eyes."""


@dataclass(frozen=True, eq=False)
class SaliencyRequest:
    """A frame of which the maps are wanted. Immutable; crosses threads."""

    saliency: Saliency
    """Of the policy in use."""
    frame: Mapping[str, np.ndarray]
    """What it has sensed {field: shape}."""


@dataclass(frozen=True, eq=False)
class SaliencyMaps:
    """Where a policy looks. Immutable; crosses threads."""

    saliency: Saliency
    """Of the policy that was asked."""
    maps: Mapping[str, QImage]
    """A coloured map for each camera, see-through where nothing matters."""
    problem: str = ""
    """Why there are none; empty if there are."""


class SaliencyThread(NewestFirst[SaliencyRequest]):
    """Makes the maps of the frame that was asked for last; takes fewer copies where it is slow."""

    made = Signal(object)
    """`SaliencyMaps`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("saliency", 1, parent)

    def run(self) -> None:
        """Make maps until the program closes; on the thread itself."""
        import torch

        from core.errors import StudioError

        torch.set_num_threads(1)
        while (request := self.next_wish()) is not None:
            began = time.perf_counter()
            maps, problem = {}, ""
            try:
                found = request.saliency.maps(request.frame)
                maps = {name: heat_image(values) for name, values in found.items()}
            except (StudioError, RuntimeError) as error:
                problem = str(error)
            if time.perf_counter() - began > PATIENCE and request.saliency.copies > 1:
                request.saliency.copies //= 2
            self.made.emit(SaliencyMaps(request.saliency, maps, problem))


def heat_image(values: np.ndarray) -> QImage:
    """A map (height, width) in [0, 1] in colours, as opaque as it is strong."""
    height, width = values.shape
    index = np.round(255 * np.clip(values, 0.0, 1.0)).astype(np.uint8)
    pixels = np.ascontiguousarray(color_table()[index])
    pixels[..., 3] = index
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888)
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


@cache
def color_table() -> np.ndarray:
    """Red, green, blue and opacity of 256 strengths (256, 4) uint8."""
    import pyqtgraph as pg

    table = pg.colormap.get(COLORS).getLookupTable(0.0, 1.0, 256, alpha=True)
    return np.asarray(table, dtype=np.uint8)

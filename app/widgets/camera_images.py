"""Camera images as large as they fit, or a sentence in their place."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStackedWidget

from app.theme.theme import current_theme
from app.widgets.controls import Empty, configure
from app.widgets.painted import CENTRE, CUT, Painted, write

LARGEST = 1280
"""Longest edge at which an image is kept [px]: of a larger one no window shows more."""
MARGIN = 16
"""Between images, and around them [px]."""
CAPTION = 24
"""Height of the line below an image that names its camera [px]."""

Images = tuple[tuple[str, QImage], ...]
"""Name and image of each camera."""


@dataclass(frozen=True, eq=False)
class Pictures:
    """What cameras saw at one moment. Immutable; crosses threads."""

    key: Any
    """The moment, as it was asked for."""
    images: Images = ()
    """Name and image of each camera."""
    problem: str = ""
    """Why there are none; empty if there are."""


def image_of(pixels: np.ndarray) -> QImage:
    """Pixels (height, width, 3) uint8 as an image of its own, no larger than is ever shown."""
    height, width, _ = pixels.shape
    data = np.ascontiguousarray(pixels)
    image = QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    if max(width, height) > LARGEST:
        ratio = Qt.AspectRatioMode.KeepAspectRatio
        return image.scaled(LARGEST, LARGEST, ratio, Qt.TransformationMode.SmoothTransformation)
    return image.convertToFormat(QImage.Format.Format_RGB32)


def camera_title(name: str) -> str:
    """An image field's name for people: `workspace_image` is "workspace"."""
    return name.removesuffix("_image").replace("_", " ")


class CameraImages(Painted):
    """Paints images as large as they fit, each with its name below."""

    def __init__(self, *, smooth: bool = True, margin: int = MARGIN) -> None:
        """`smooth`: whether enlarged pixels run into one another; else each stays a square.
        `margin`: between images, and around them [px]."""
        super().__init__()
        self.images: Images = ()
        """Name and image of each camera that is shown."""
        self.overlays: Mapping[str, QImage] = {}
        """What lies over the image of a camera, by its name."""
        self._opacity = 1.0
        self._smooth, self._margin = smooth, margin
        configure(self, accessibleName="Camera images")

    def show_images(self, images: Images) -> None:
        """Show other images."""
        self.images = images
        self.update()

    def show_overlays(self, overlays: Mapping[str, QImage], opacity: float) -> None:
        """Show pictures of any size over the images, smoothly enlarged."""
        self.overlays, self._opacity = overlays, opacity
        self.update()

    def draw(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), current_theme().color("background"))
        smooth = QPainter.RenderHint.SmoothPixmapTransform
        sizes = [image.size() for _, image in self.images]
        for (name, image), cell in zip(self.images, self._cells(sizes), strict=True):
            painter.setRenderHint(smooth, self._smooth)
            painter.drawImage(cell, image)
            if name in self.overlays:
                painter.setRenderHint(smooth)
                painter.setOpacity(self._opacity)
                painter.drawImage(cell, self.overlays[name])
                painter.setOpacity(1.0)
            line = QRectF(cell.left(), cell.bottom(), cell.width(), CAPTION)
            write(painter, line, camera_title(name), "muted", CENTRE, elide=CUT)

    def _cells(self, sizes: list[QSize]) -> list[QRectF]:
        """Where each image goes: as many columns as make them largest, rows centred."""
        grids = (self._grid(sizes, columns) for columns in range(1, len(sizes) + 1))
        return max(grids, key=lambda cells: sum(c.width() * c.height() for c in cells), default=[])

    def _grid(self, sizes: list[QSize], columns: int) -> list[QRectF]:
        """The same in so many columns: close together, in the middle of the place."""
        place, margin = QRectF(self.rect()), self._margin
        rows = math.ceil(len(sizes) / columns)
        width = (place.width() - margin * (columns + 1)) / columns
        height = (place.height() - margin * (rows + 1)) / rows - CAPTION
        scales = [max(0.0, min(width / s.width(), height / s.height())) for s in sizes]
        drawn = [QSizeF(s) * scale for s, scale in zip(sizes, scales, strict=True)]
        across = max(each.width() for each in drawn) + margin
        down = max(each.height() for each in drawn) + CAPTION + margin
        cells = []
        for number, size in enumerate(drawn):
            row, column = divmod(number, columns)
            in_row = min(columns, len(drawn) - row * columns)
            left = place.center().x() - in_row * across / 2 + column * across
            top = place.center().y() - (rows * down - margin) / 2 + row * down
            x = left + (across - size.width()) / 2
            y = top + (down - CAPTION - margin - size.height()) / 2
            cells.append(QRectF(QPointF(x, y), size))
        return cells


class ImagesView(QStackedWidget):
    """Shows the images of one control step side by side, or a sentence."""

    def __init__(self, *, smooth: bool = True) -> None:
        """`smooth`: as of `CameraImages`."""
        super().__init__()
        self.setObjectName("center")
        self.setMinimumSize(320, 240)
        self.frames = CameraImages(smooth=smooth)
        self.empty = Empty("ph.video-camera-slash", "", "")
        self.addWidget(self.frames)
        self.addWidget(self.empty)

    def show_images(self, images: Images) -> None:
        """Show name and image of each camera."""
        self.frames.show_images(images)
        self.setCurrentWidget(self.frames)

    def say(self, heading: str, text: str) -> None:
        """Say why there is nothing to be seen, and what can be done."""
        self.frames.show_images(())
        self.empty.say(heading, text)
        self.setCurrentWidget(self.empty)

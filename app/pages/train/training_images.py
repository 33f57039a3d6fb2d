"""Images as the encoder is given them while it learns."""

from collections.abc import Mapping

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QFrame

from app.widgets.camera_images import image_of
from app.widgets.controls import column, configure, label, row
from app.widgets.painted import Painted

EDGE = 72
"""Height of the images [px]."""
GAP, APART = 2, 12
"""Between the cameras of one window, and between windows [px]."""


class TrainingImages(QFrame):
    """A strip of windows, the images of all cameras for each; hidden while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "plot")
        tip = (
            "<p>Images of the next batch as the encoder is given them: moved, toned and noisy as "
            "the settings say, the cameras of each window side by side.</p>"
        )
        self.strip = _Strip()
        words = column(
            label("Training images", "heading", tip=tip),
            label("as the encoder\nis given them", "caption"),
            1,
            spacing=4,
        )
        row(words, (self.strip, 1), spacing=16, margins=(12, 8, 8, 8), inside=self)
        self.hide()

    def show_images(self, images: Mapping[str, np.ndarray]) -> None:
        """Show images {camera: (n, height, width, 3) uint8}; none hide the strip."""
        self.strip.windows = [
            [image_of(pixels) for pixels in window] for window in zip(*images.values(), strict=True)
        ]
        self.strip.update()
        self.setVisible(bool(self.strip.windows))


class _Strip(Painted):
    def __init__(self) -> None:
        super().__init__()
        self.windows: list[list[QImage]] = []
        self.setFixedHeight(EDGE)
        configure(self, accessibleName="Training images")

    def draw(self, painter: QPainter) -> None:
        left = 0.0
        for window in self.windows:
            widths = [EDGE * image.width() / image.height() for image in window]
            if left + sum(widths) + GAP * (len(widths) - 1) > self.width():
                break  # no half images
            for image, width in zip(window, widths, strict=True):
                painter.drawImage(QRectF(left, 0, width, EDGE), image)
                left += width + GAP
            left += APART - GAP

"""What cameras saw, in place of the scene, or why there is nothing to be seen."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.theme.theme import Theme
from app.widgets.empty import Empty

MARGIN = 16
CAPTION = 24
"""Height of the line below an image that names its camera [px]."""


class FootageView(QStackedWidget):
    """Shows the images of one control step side by side, or a sentence."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("center")
        self.setMinimumSize(320, 240)
        self.frames = Frames(theme)
        self.empty = Empty(theme, "ph.video-camera-slash", "", "")
        self.addWidget(self.frames)
        self.addWidget(self.empty)
        self._text = ""

    @property
    def text(self) -> str:
        """The sentence that is shown; empty while there are images."""
        return self._text

    def show_images(self, images: tuple[tuple[str, QImage], ...]) -> None:
        """Show name and image of each camera."""
        self._text = ""
        self.frames.show_images(images)
        self.setCurrentWidget(self.frames)

    def say(self, heading: str, text: str) -> None:
        """Say why there is nothing to be seen, and what can be done."""
        self._text = text
        self.frames.show_images(())
        self.empty.say(heading, text)
        self.setCurrentWidget(self.empty)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self.frames.set_theme(theme)
        self.empty.set_theme(theme)


class Frames(QWidget):
    """Paints images as large as they fit, each with its name below."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._images: tuple[tuple[str, QImage], ...] = ()
        self.setAccessibleName("Camera images")

    @property
    def images(self) -> tuple[tuple[str, QImage], ...]:
        """Name and image of each camera that is shown."""
        return self._images

    def show_images(self, images: tuple[tuple[str, QImage], ...]) -> None:
        """Show other images."""
        self._images = images
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of another theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 — Qt's signature
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._theme.color("background"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        font = self._theme.font("small")
        painter.setFont(font)
        painter.setPen(self._theme.color("muted"))
        cells = _cells(QRectF(self.rect()), [image.size() for _, image in self._images])
        for (name, image), cell in zip(self._images, cells, strict=True):
            painter.drawImage(cell, image)
            line = QRectF(cell.left(), cell.bottom(), cell.width(), CAPTION)
            words = name.removesuffix("_image").replace("_", " ")
            text = QFontMetrics(font).elidedText(
                words, Qt.TextElideMode.ElideRight, int(line.width())
            )
            painter.drawText(line, int(Qt.AlignmentFlag.AlignCenter), text)
        painter.end()


def _cells(place: QRectF, sizes: list[QSize]) -> list[QRectF]:
    """Where each image goes: as many columns as make them largest, rows centred."""
    best: list[QRectF] = []
    for columns in range(1, len(sizes) + 1):
        cells = _grid(place, sizes, columns)
        if _area(cells) > _area(best):
            best = cells
    return best


def _grid(place: QRectF, sizes: list[QSize], columns: int) -> list[QRectF]:
    rows = math.ceil(len(sizes) / columns)
    width = (place.width() - MARGIN * (columns + 1)) / columns
    height = (place.height() - MARGIN * (rows + 1)) / rows - CAPTION
    cells = []
    for number, size in enumerate(sizes):
        row, column = divmod(number, columns)
        in_row = min(columns, len(sizes) - row * columns)
        left = place.left() + (place.width() - in_row * (width + MARGIN) + MARGIN) / 2
        scale = max(0.0, min(width / size.width(), height / size.height()))
        w, h = size.width() * scale, size.height() * scale
        x = left + column * (width + MARGIN) + (width - w) / 2
        y = place.top() + MARGIN + row * (height + CAPTION + MARGIN) + (height - h) / 2
        cells.append(QRectF(x, y, w, h))
    return cells


def _area(cells: list[QRectF]) -> float:
    return sum(cell.width() * cell.height() for cell in cells)

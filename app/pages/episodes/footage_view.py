"""What cameras saw, in place of the scene, or why there is nothing to be seen."""

import math
from pathlib import Path

from PySide6.QtCore import QObject, QRectF, QSize, Signal, Slot
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QStackedWidget

from app.pages.episodes.footage import Footage, Pictures, Playback
from app.theme.theme import current_theme
from app.widgets.empty import Empty
from app.widgets.painted import CENTRE, CUT, Painted, write
from core.data import Episode, EpisodeInfo

MARGIN = 16
CAPTION = 24
"""Height of the line below an image that names its camera [px]."""


class FootageView(QStackedWidget):
    """Shows the images of one control step side by side, or a sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("center")
        self.setMinimumSize(320, 240)
        self.frames = Frames()
        self.empty = Empty("ph.video-camera-slash", "", "")
        self.addWidget(self.frames)
        self.addWidget(self.empty)

    def show_images(self, images: tuple[tuple[str, QImage], ...]) -> None:
        """Show name and image of each camera."""
        self.frames.show_images(images)
        self.setCurrentWidget(self.frames)

    def say(self, heading: str, text: str) -> None:
        """Say why there is nothing to be seen, and what can be done."""
        self.frames.show_images(())
        self.empty.say(heading, text)
        self.setCurrentWidget(self.empty)


class Frames(Painted):
    """Paints images as large as they fit, each with its name below."""

    def __init__(self) -> None:
        super().__init__()
        self.images: tuple[tuple[str, QImage], ...] = ()
        """Name and image of each camera that is shown."""
        self.setAccessibleName("Camera images")

    def show_images(self, images: tuple[tuple[str, QImage], ...]) -> None:
        """Show other images."""
        self.images = images
        self.update()

    def draw(self, painter: QPainter) -> None:
        painter.fillRect(self.rect(), current_theme().color("background"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        cells = _cells(QRectF(self.rect()), [image.size() for _, image in self.images])
        for (name, image), cell in zip(self.images, cells, strict=True):
            painter.drawImage(cell, image)
            line = QRectF(cell.left(), cell.bottom(), cell.width(), CAPTION)
            words = name.removesuffix("_image").replace("_", " ")
            write(painter, line, words, "muted", CENTRE, elide=CUT)


def _cells(place: QRectF, sizes: list[QSize]) -> list[QRectF]:
    """Where each image goes: as many columns as make them largest, rows centred."""
    grids = (_grid(place, sizes, columns) for columns in range(1, len(sizes) + 1))
    return max(grids, key=lambda cells: sum(c.width() * c.height() for c in cells), default=[])


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


BELOW = "its signals below can be played and scrubbed."


class EpisodeFootage(QObject):
    """Owns what is shown in place of the scene, the thread that reads it and its clock."""

    moved = Signal(int, bool)
    """The replay stands at this step, and whether it runs."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.view = FootageView()
        self.playback = Playback(self)
        self._footage = Footage(self)
        self._key: tuple[Path, int] | None = None
        self._filmed = False
        self.playback.moved.connect(self._moved)
        self._footage.read.connect(self._show)

    @property
    def active(self) -> bool:
        """Whether an episode is shown here and not in the scene."""
        return self._key is not None

    def show_episode(self, path: Path, episode: Episode) -> None:
        """Play the images of an episode from its start; say so where there are none."""
        self._key = (path, len(episode))
        self._filmed = bool(episode.info.images)
        if self._filmed:
            self.view.show_images(())
        else:
            self.view.say("No scene and no images", f"{_why_nothing(episode.info)}; {BELOW}")
        self.playback.load(len(episode), episode.info.control_rate)

    def clear(self) -> None:
        """Show nothing any more."""
        self._key = None
        self.playback.load(0, 1.0)
        self.view.show_images(())

    def close_down(self) -> None:
        """Stop the clock and the reading thread."""
        self.clear()
        self._footage.close_down()

    @Slot(int, bool)
    def _moved(self, step: int, playing: bool) -> None:
        if self._key is not None and self._filmed:
            self._footage.ask((self._key, step))
        self.moved.emit(step, playing)

    @Slot(object)
    def _show(self, pictures: Pictures) -> None:
        if pictures.key != self._key:
            return  # another episode was chosen meanwhile
        if pictures.problem:
            self.view.say("The images cannot be read", f"{pictures.problem}; {BELOW}")
        else:
            self.view.show_images(pictures.images)


def _why_nothing(info: EpisodeInfo) -> str:
    if not info.simulated:
        return "This episode was recorded on another robot and carries no camera images"
    return (
        f"No scene of this program shows the task {info.task} of this episode, and it carries no "
        "camera images"
    )

"""Small pictures of episodes, drawn off the GUI thread and kept in memory and on the disk."""

import hashlib
from collections import OrderedDict
from pathlib import Path

import mujoco
import numpy as np
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QImage

from app.arm.replaying import in_scene
from app.jobs.background import NewestFirst
from app.scene.graphics import ready_context
from app.widgets.camera_images import image_of
from core.data import ImageReader, RecordingError, read_episode, read_info
from core.simulation import Camera, SimulationError

WIDTH, HEIGHT = 96, 72
"""Size of a picture [px]."""
SEEN = (160, 120, 34, 46)
"""Size of what is drawn, and the corner of the picture in it [px]: the table, not the ceiling."""
KEPT = 2000
"""Pictures in memory: 35 MB, many screens full."""
WAITING = 64
"""Wishes that are kept: after scrolling on, no one waits for what has gone by."""
FOLDER = ".thumbnails"
"""In the workspace; can be deleted at any time."""


class Thumbnails(QObject):
    """Gives pictures that are there, and draws the others, last asked first."""

    ready = Signal()
    """There are more pictures than before."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._images: OrderedDict[Path, QImage] = OrderedDict()
        self._painter = _Painter(self)
        self._painter.drawn.connect(self._take)

    def image(self, path: Path) -> QImage | None:
        """The picture of the episode in a file that was found readable before.

        None while it is being drawn, which this asks for. Null if it cannot be.
        """
        found = self._images.get(path)
        if found is None:
            self._painter.ask(path)
        else:
            self._images.move_to_end(path)
        return found

    def forget(self, path: Path) -> None:
        """The file is another one now."""
        self._images.pop(path, None)

    def set_folder(self, root: Path) -> None:
        """Keep pictures in this workspace from now on."""
        self._painter.folder = root / FOLDER
        self._images.clear()

    def close_down(self) -> None:
        """Stop drawing and wait for the thread."""
        self._painter.close_down()

    @Slot(object, QImage)
    def _take(self, path: Path, image: QImage) -> None:
        self._images[path] = image
        while len(self._images) > KEPT:
            self._images.popitem(last=False)
        self.ready.emit()


class _Painter(NewestFirst[Path]):
    """Draws on this thread, with an OpenGL context that it makes when it first needs one."""

    drawn = Signal(object, QImage)
    """Path of an episode and its picture; a null one if it cannot be drawn."""

    def __init__(self, parent: QObject) -> None:
        super().__init__("thumbnails", WAITING, parent)
        self.folder: Path | None = None
        self._stills: Stills | None = None

    def run(self) -> None:
        try:
            while (path := self.next_wish()) is not None:
                image = self._stored(path)
                if image.isNull():
                    image = self._drawn(path)
                    self._store(path, image)
                self.drawn.emit(path, image)
        finally:
            if self._stills is not None:
                self._stills.close()

    def _file(self, path: Path) -> Path | None:
        """Where the picture lies: the name changes with the file, so that none is out of date."""
        try:
            found = path.stat()
        except OSError:
            return None
        text = f"{path}|{found.st_mtime_ns}|{found.st_size}|{WIDTH}"
        name = hashlib.sha256(text.encode()).hexdigest()[:24]
        return None if self.folder is None else self.folder / f"{name}.png"

    def _stored(self, path: Path) -> QImage:
        file = self._file(path)
        image = QImage(str(file)) if file is not None and file.is_file() else QImage()
        return image if (image.width(), image.height()) == (WIDTH, HEIGHT) else QImage()

    def _store(self, path: Path, image: QImage) -> None:
        """A disk that refuses only costs the time of drawing it again."""
        file = self._file(path)
        if file is None or image.isNull():
            return
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        image.save(str(file))

    def _drawn(self, path: Path) -> QImage:
        """The end of the episode, where one sees what became of it; null if it cannot be drawn."""
        try:
            if not in_scene(read_info(path)):
                return _filmed(path)
            episode = read_episode(path, images=False)
            width, height, left, top = SEEN
            if self._stills is None:
                self._stills = Stills(width, height)
            pixels = self._stills.draw(episode.info.task, episode.states[-1])
        except (RecordingError, SimulationError, ValueError, mujoco.FatalError):
            return QImage()
        kept = pixels[top : top + HEIGHT, left : left + WIDTH].tobytes()
        return QImage(kept, WIDTH, HEIGHT, 3 * WIDTH, QImage.Format.Format_RGB888).copy()


def _filmed(path: Path) -> QImage:
    """The middle of the last image of the first camera; null if there is none."""
    with ImageReader(path) as reader:
        if not reader.names:
            return QImage()
        image = image_of(reader.read(reader.names[0], reader.info.steps - 1))
    cover = Qt.AspectRatioMode.KeepAspectRatioByExpanding
    image = image.scaled(WIDTH, HEIGHT, cover, Qt.TransformationMode.SmoothTransformation)
    left, top = (image.width() - WIDTH) // 2, (image.height() - HEIGHT) // 2
    return image.copy(left, top, WIDTH, HEIGHT)


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
        self._gl.free()

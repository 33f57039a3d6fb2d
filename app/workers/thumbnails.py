"""Small pictures of episodes, drawn off the GUI thread and kept in memory and on the disk."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import mujoco
from PySide6.QtCore import QObject, QThread, Signal, Slot
from PySide6.QtGui import QImage

from app.workers.stills import Stills
from core.recording import RecordingError, read_episode
from core.simulation import SimulationError, task_names

WIDTH, HEIGHT = 96, 72
"""Size of a picture [px]."""
SEEN = (160, 120, 34, 46)
"""Size of what is drawn, and the corner of the picture in it [px]: the table, not the ceiling."""
KEPT = 2000
"""Pictures in memory: 35 MB, many screens full."""
WAITING = 64
"""Wishes that are not forgotten: whoever scrolls on does not wait for what has gone by."""
FOLDER = ".thumbnails"
"""In the workspace; can be deleted at any time."""


@dataclass(frozen=True)
class Wish:
    """An episode that is to be drawn."""

    path: Path
    """Its file; only one that was found readable before."""
    task: str
    """Whose model its states fit."""


class Thumbnails(QObject):
    """Gives pictures that are there, and draws the others, last asked first."""

    ready = Signal()
    """There are more pictures than before."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._images: OrderedDict[Path, QImage] = OrderedDict()
        self._painter = _Painter(self)
        self._painter.drawn.connect(self._take)

    def image(self, wish: Wish) -> QImage | None:
        """The picture; None while it is being drawn, which this asks for. Null if it cannot be."""
        found = self._images.get(wish.path)
        if found is None:
            self._painter.ask(wish)
        else:
            self._images.move_to_end(wish.path)
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


class _Painter(QThread):
    """Draws on this thread, with an OpenGL context that it makes when it first needs one."""

    drawn = Signal(object, QImage)
    """Path of an episode and its picture; a null one if it cannot be drawn."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.folder: Path | None = None
        self._wishes: OrderedDict[Path, Wish] = OrderedDict()
        self._change = threading.Condition()
        self._stop = False
        self._stills: Stills | None = None

    def ask(self, wish: Wish) -> None:
        """Draw this next; called on the GUI thread for every row that is painted."""
        with self._change:
            self._wishes[wish.path] = wish
            self._wishes.move_to_end(wish.path)
            while len(self._wishes) > WAITING:
                self._wishes.popitem(last=False)
            self._change.notify()
        if not self.isRunning():
            self.start(QThread.Priority.LowPriority)

    def close_down(self) -> None:
        with self._change:
            self._stop = True
            self._change.notify()
        self.wait()

    def run(self) -> None:
        try:
            while (wish := self._next()) is not None:
                image = self._stored(wish)
                if image.isNull():
                    image = self._drawn(wish)
                    self._store(wish, image)
                self.drawn.emit(wish.path, image)
        finally:
            if self._stills is not None:
                self._stills.close()

    def _next(self) -> Wish | None:
        with self._change:
            while not self._stop and not self._wishes:
                self._change.wait()
            return None if self._stop else self._wishes.popitem(last=True)[1]

    def _file(self, wish: Wish) -> Path | None:
        """Where the picture lies: the name changes with the file, so that none is out of date."""
        try:
            found = wish.path.stat()
        except OSError:
            return None
        text = f"{wish.path}|{found.st_mtime_ns}|{found.st_size}|{WIDTH}"
        name = hashlib.sha256(text.encode()).hexdigest()[:24]
        return None if self.folder is None else self.folder / f"{name}.png"

    def _stored(self, wish: Wish) -> QImage:
        file = self._file(wish)
        image = QImage(str(file)) if file is not None and file.is_file() else QImage()
        return image if (image.width(), image.height()) == (WIDTH, HEIGHT) else QImage()

    def _store(self, wish: Wish, image: QImage) -> None:
        """A disk that refuses only costs the time of drawing it again."""
        file = self._file(wish)
        if file is None or image.isNull():
            return
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            return
        image.save(str(file))

    def _drawn(self, wish: Wish) -> QImage:
        """The end of the episode, where one sees what became of it; null if it cannot be drawn."""
        if wish.task not in task_names():
            return QImage()
        width, height, left, top = SEEN
        try:
            episode = read_episode(wish.path, images=False)
            if self._stills is None:
                self._stills = Stills(width, height)
            pixels = self._stills.draw(wish.task, episode.states[-1])
        except (RecordingError, SimulationError, ValueError, mujoco.FatalError):
            return QImage()
        kept = pixels[top : top + HEIGHT, left : left + WIDTH].tobytes()
        return QImage(kept, WIDTH, HEIGHT, 3 * WIDTH, QImage.Format.Format_RGB888).copy()

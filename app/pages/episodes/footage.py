"""Camera images of an episode, read off the GUI thread, and the clock that plays them."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from core.data import ImageReader, RecordingError

FASTEST = 16
"""Shortest time between two images [ms]; a faster recording is played with some left out."""
LARGEST = 1280
"""Longest edge at which an image is kept [px]: of a larger one no window shows more."""
CAMERAS = 6
"""Cameras that are shown; more would be too small to see anything."""
IDLE = 1.0
"""A file that nobody wants images of is let go after this time [s]: it may be about to be cut."""


@dataclass(frozen=True)
class Pictures:
    """What the cameras saw at one control step."""

    key: tuple[Path, int]
    """The episode, as it was asked for."""
    step: int
    """The control step."""
    images: tuple[tuple[str, QImage], ...] = ()
    """Name and image of each camera."""
    problem: str = ""
    """Why there are none; empty if there are."""


class Footage(QThread):
    """Reads the images that were asked for last; what was asked before that is forgotten.

    So there are never more images in memory than those of two control steps, whatever the speed.
    """

    read = Signal(object)
    """The images of a control step: `Pictures`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("footage")
        self._wanted: tuple[tuple[Path, int], int] | None = None
        self._change = threading.Condition()
        self._stop = False

    def ask(self, key: tuple[Path, int], step: int) -> None:
        """Read the images of this control step next; the key is the file and its length, which
        tells another file of the same name."""
        with self._change:
            self._wanted = (key, step)
            self._change.notify()
        if not self.isRunning():
            self.start()

    def close_down(self) -> None:
        """Stop reading and wait for the thread."""
        with self._change:
            self._stop = True
            self._change.notify()
        self.wait()

    def run(self) -> None:
        """Read until the program closes; on the thread itself."""
        opened: tuple[tuple[Path, int], ImageReader] | None = None
        while not self._stop:
            wanted = self._next(None if opened is None else IDLE)
            if opened is not None and (wanted is None or wanted[0] != opened[0]):
                opened[1].close()
                opened = None
            if wanted is None:
                continue
            key, step = wanted
            try:
                if opened is None:
                    opened = key, ImageReader(key[0])
                found = Pictures(key, step, _images(opened[1], step))
            except (RecordingError, IndexError) as error:
                found = Pictures(key, step, problem=f"{error}")
            self.read.emit(found)
        if opened is not None:
            opened[1].close()

    def _next(self, patience: float | None) -> tuple[tuple[Path, int], int] | None:
        with self._change:
            self._change.wait_for(lambda: self._stop or self._wanted is not None, patience)
            wanted, self._wanted = self._wanted, None
            return None if self._stop else wanted


class Playback(QObject):
    """Where the replay of an episode without a simulation stands; owns the clock."""

    moved = Signal(int, bool)
    """The replay stands at this step, and whether it runs."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps = 0
        self._rate = 1.0
        self._step = 0
        self._began = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    @property
    def step(self) -> int:
        """The present step."""
        return self._step

    @property
    def playing(self) -> bool:
        """Whether time passes."""
        return self._timer.isActive()

    def load(self, steps: int, rate: float) -> None:
        """Begin with another episode of `steps` control steps at `rate` a second [Hz]; 0 ends."""
        self._timer.stop()
        self._steps, self._rate, self._step = steps, rate, 0
        if steps:
            self.play(steps > 1)

    def play(self, playing: bool) -> None:
        """Let time pass, from the start again once the end was reached, or hold."""
        if not self._steps:
            return
        if not playing or self._steps == 1:
            self._timer.stop()
        else:
            if self._step >= self._steps - 1:
                self._step = 0
            # Counted from a fixed moment: a late timer leaves steps out and never slows down.
            self._began = time.perf_counter() - self._step / self._rate
            self._timer.start(max(FASTEST, round(1000 / self._rate)))
        self.moved.emit(self._step, self.playing)

    def seek(self, step: int) -> None:
        """Hold at a step."""
        self._step = max(0, min(self._steps - 1, step))
        self.play(False)

    @Slot()
    def _tick(self) -> None:
        step = int((time.perf_counter() - self._began) * self._rate + 1e-6)
        if step == self._step:
            return
        self._step = min(step, self._steps - 1)
        if self._step == self._steps - 1:
            self._timer.stop()
        self.moved.emit(self._step, self.playing)


def image_of(pixels: np.ndarray) -> QImage:
    """Pixels (height, width, 3) uint8 as an image of its own, no larger than is ever shown."""
    height, width, _ = pixels.shape
    data = np.ascontiguousarray(pixels)
    image = QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    if max(width, height) > LARGEST:
        ratio = Qt.AspectRatioMode.KeepAspectRatio
        return image.scaled(LARGEST, LARGEST, ratio, Qt.TransformationMode.SmoothTransformation)
    return image.convertToFormat(QImage.Format.Format_RGB32)


def _images(reader: ImageReader, step: int) -> tuple[tuple[str, QImage], ...]:
    return tuple((name, image_of(reader.read(name, step))) for name in reader.names[:CAMERAS])

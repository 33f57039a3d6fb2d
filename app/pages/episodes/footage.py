"""Camera images of an episode, read off the GUI thread, and the clock that plays them."""

import time
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot

from app.jobs.background import NewestFirst
from app.widgets.camera_images import Images, Pictures, image_of
from app.widgets.controls import every
from core.data import ImageReader, RecordingError

FASTEST = 16
"""Shortest time between two images [ms]; a faster recording is played with some left out."""
CAMERAS = 6
"""Cameras that are shown; more would be too small to see anything."""
IDLE = 1.0
"""A file that no images are asked of is closed after this time [s]: it may be about to be cut."""


Episode = tuple[Path, int]
"""An episode's file and its length, by which another file of the same name is noticed."""


class Footage(NewestFirst[tuple[Episode, int]]):
    """Reads the images of the episode and control step that were asked for last.

    So there are never more images in memory than those of two control steps, whatever the speed.
    """

    read = Signal(object)
    """The images of a control step, as it was asked for: `Pictures`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__("footage", 1, parent)

    def run(self) -> None:
        """Read until the program closes; on the thread itself."""
        opened: tuple[Episode, ImageReader] | None = None
        while not self.stopping:
            wanted = self.next_wish(None if opened is None else IDLE)
            if opened is not None and (wanted is None or wanted[0] != opened[0]):
                opened[1].close()
                opened = None
            if wanted is None:
                continue
            episode, step = wanted
            try:
                if opened is None:
                    opened = episode, ImageReader(episode[0])
                found = Pictures(wanted, _images(opened[1], step))
            except (RecordingError, IndexError) as error:
                found = Pictures(wanted, problem=f"{error}")
            self.read.emit(found)
        if opened is not None:
            opened[1].close()


class Playback(QObject):
    """Where the replay of an episode without a simulation stands; owns the clock."""

    moved = Signal(int, bool)
    """The replay stands at this step, and whether it runs."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._steps = 0
        self._rate = 1.0
        self.step = 0
        """The present step."""
        self._began = 0.0
        self._timer = every(FASTEST, self._tick, self, running=False)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)

    @property
    def playing(self) -> bool:
        """Whether time passes."""
        return self._timer.isActive()

    def load(self, steps: int, rate: float) -> None:
        """Begin with another episode of `steps` control steps at `rate` a second [Hz]; 0 ends."""
        self._timer.stop()
        self._steps, self._rate, self.step = steps, rate, 0
        if steps:
            self.play(steps > 1)

    def play(self, playing: bool) -> None:
        """Let time pass, from the start again once the end was reached, or hold."""
        if not self._steps:
            return
        if not playing or self._steps == 1:
            self._timer.stop()
        else:
            if self.step >= self._steps - 1:
                self.step = 0
            # Counted from a fixed moment: a late timer leaves steps out and never slows down.
            self._began = time.perf_counter() - self.step / self._rate
            self._timer.start(max(FASTEST, round(1000 / self._rate)))
        self.moved.emit(self.step, self.playing)

    def seek(self, step: int) -> None:
        """Hold at a step."""
        self.step = max(0, min(self._steps - 1, step))
        self.play(False)

    @Slot()
    def _tick(self) -> None:
        step = int((time.perf_counter() - self._began) * self._rate + 1e-6)
        if step == self.step:
            return
        self.step = min(step, self._steps - 1)
        if self.step == self._steps - 1:
            self._timer.stop()
        self.moved.emit(self.step, self.playing)


def _images(reader: ImageReader, step: int) -> Images:
    return tuple((name, image_of(reader.read(name, step))) for name in reader.names[:CAMERAS])

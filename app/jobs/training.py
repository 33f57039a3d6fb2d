"""The thread that trains: it drives a training run and reports to the window."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from PySide6.QtCore import QObject, QThread, Signal

from app.jobs.preload import warm_up
from core.runs import TrainingRequest, TrainingStoppedError

REPORT_EVERY = 0.1
"""Time between reports [s]: plots are redrawn 15 times a second, and each report costs a step."""

FINISHED, STOPPED, CANCELLED = "finished", "stopped", "cancelled"
DIVERGED, FAILED = "diverged", "failed"


@dataclass(frozen=True)
class Outcome:
    """How a training ended. Immutable; crosses threads."""

    kind: str
    """`FINISHED`, `STOPPED` (and kept), `CANCELLED`, `DIVERGED` or `FAILED`."""
    folder: Path | None = None
    """The checkpoint, if one was kept."""
    step: int = 0
    """Updates in what was kept."""
    total_steps: int = 0
    """Updates planned."""
    text: str = ""
    """What went wrong and what to do; empty if nothing did."""
    details: str = ""
    """The trace, for a report."""


class TrainingWorker(QThread):
    """Trains once, from recordings to checkpoint, and ends.

    Steered by events that any thread may set. Signals carry immutable values only and are to be
    connected to slots of objects of the GUI thread. A checkpoint that could not be written is
    not lost: the thread emits `unsaved` and waits for `save_again` or `cancel`.
    """

    prepared = Signal(object)
    """Demonstrations are read: `Prepared`."""
    images_made = Signal(int, int)
    """So many recordings of so many have the images that are needed."""
    reported = Signal(object)
    """At most 10 a second: `Report`."""
    unsaved = Signal(str)
    """The checkpoint could not be written, and why; the thread waits."""
    ended = Signal(object)
    """It is over: `Outcome`."""

    def __init__(self, request: TrainingRequest, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training")
        self.request = request
        self.stop = Event()
        """Set: end after the present update and write the checkpoint."""
        self.running = Event()
        """Cleared: hold after the present update."""
        self.running.set()
        self.save_again = Event()
        """Set: try once more to write the checkpoint that could not be written."""
        self._cancelled = False
        self._give_up = Event()

    # called by the window

    def cancel(self) -> None:
        """End after the present update and keep nothing of it."""
        self._cancelled = True
        self.close()

    def close(self) -> None:
        """The window closes: keep what was learned if the disk takes it, and wait for nothing."""
        self._give_up.set()
        self.stop.set()
        self.save_again.set()

    # the thread

    def run(self) -> None:
        """Prepare, train, save; every error becomes an `Outcome`."""
        try:
            outcome = self._work()
        except Exception as error:  # noqa: BLE001 — shown in the window, details included
            outcome = Outcome(FAILED, text=_sentence(error), details=traceback.format_exc())
        self.ended.emit(outcome)

    def _work(self) -> Outcome:
        from core.learning import DivergedError
        from core.runs.run import TrainingRun

        warm_up()
        try:
            run = TrainingRun.prepare(self.request, self.stop, self.images_made.emit)
        except TrainingStoppedError:
            return Outcome(CANCELLED)
        self.prepared.emit(run.prepared)
        trainer = run.trainer
        kind, text = STOPPED, ""
        try:
            run.train(
                self.reported.emit,
                should_stop=self.stop,
                running=self.running,
                report_every=REPORT_EVERY,
            )
        except DivergedError as error:
            kind, text = DIVERGED, str(error)
        if self._cancelled:
            run.discard()
            return Outcome(CANCELLED, step=trainer.step, total_steps=trainer.total_steps)
        if kind == STOPPED and trainer.finished:
            kind = FINISHED
        folder = self._save(run.save) if trainer.step > 0 else None
        return Outcome(kind, folder, trainer.step, trainer.total_steps, text)

    def _save(self, save: Callable[[], Path]) -> Path | None:
        """The saved folder; None if the person gave up on a disk that refuses."""
        from core.data import StorageError
        from core.learning import CheckpointError

        while True:
            try:
                return save()
            except (CheckpointError, StorageError) as error:
                self.save_again.clear()
                if not self._give_up.is_set():
                    self.unsaved.emit(str(error))
                    self.save_again.wait()
                if self._give_up.is_set():
                    return None


def _sentence(error: Exception) -> str:
    """An error as a sentence; what was not raised on purpose gets a little help."""
    from core.data import RecordingError
    from core.learning import LearningError

    if isinstance(error, LearningError | RecordingError):
        return str(error)
    if isinstance(error, MemoryError) or "out of memory" in str(error):
        return "Training ran out of memory; choose fewer episodes, a smaller batch or window."
    return f"Training failed: {error or type(error).__name__}."

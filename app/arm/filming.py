"""Camera images for recordings as they are saved, drawn from their simulator states."""

import shutil
import sys
from collections import deque
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal, Slot

ROOT = Path(__file__).resolve().parents[2]
POLITENESS = "10"
"""How far the process steps back behind the window and the arm."""
CLOSING_PATIENCE = 5_000
"""How long a killed process may take to be gone [ms]."""


class Filming(QObject):
    """Draws one recording after the other in a process of its own. Lives on the GUI thread.

    A recording is on disk before it is drawn, and the control loop has no part in it: no step is
    missed for a picture. What ends half-way leaves the recording as it was, and
    ``python -m core render`` takes it up.
    """

    drawn = Signal(object)
    """A recording has its images: its file (Path)."""
    failed = Signal(str, str)
    """A sentence and details."""
    waiting_changed = Signal(int)
    """So many recordings are being drawn or wait for it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue: deque[tuple[Path, int]] = deque()
        self._process = QProcess(self)

    @property
    def waiting(self) -> int:
        """Number of recordings that are being drawn or wait for it."""
        return len(self._queue)

    def add(self, path: Path, size: int) -> None:
        """Draw the recording in `path` from all cameras, `size` x `size` pixels."""
        self._queue.append((path, size))
        self.waiting_changed.emit(self.waiting)
        if self.waiting == 1:
            self._begin()

    def close_down(self) -> None:
        """End the process now and wait until it is gone."""
        self._queue.clear()
        self._process.blockSignals(True)
        self._process.kill()
        self._process.waitForFinished(CLOSING_PATIENCE)

    def _begin(self) -> None:
        path, size = self._queue[0]
        command = [sys.executable, "-m", "core", "render", str(path), "--size", str(size)]
        nice = shutil.which("nice")
        if nice is not None:
            command = [nice, "-n", POLITENESS, *command]
        self._process.deleteLater()
        self._process = QProcess(self)
        self._process.setWorkingDirectory(str(ROOT))
        self._process.finished.connect(self._ended)
        self._process.errorOccurred.connect(self._broke)
        self._process.start(command[0], command[1:])

    @Slot(int)
    def _ended(self, code: int) -> None:
        path, _ = self._queue[0]
        if code == 0:
            self.drawn.emit(path)
        else:
            said = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
            self.failed.emit(
                f"No camera images for {path.stem}. The recording itself is saved; draw them with "
                "python -m core render.",
                said[-4000:],
            )
        self._next()

    @Slot(QProcess.ProcessError)
    def _broke(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:  # nothing else will be heard of it
            self.failed.emit(
                "Camera images cannot be drawn; set the program up again (make setup).",
                self._process.errorString(),
            )
            self._next()

    def _next(self) -> None:
        self._queue.popleft()
        self.waiting_changed.emit(self.waiting)
        if self._queue:
            self._begin()

"""The window's end of an evaluation: starts the process, reads what it says, ends it cleanly."""

import json
import sys
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal, Slot

from app.jobs.evaluation_protocol import (
    ENDED,
    FAILED,
    PROGRESS,
    QUIT,
    SAVED,
    STARTED,
    STOP,
    EvaluationRequest,
    ProgressReader,
)
from app.widgets.controls import after

ROOT = Path(__file__).resolve().parents[2]
MODULE = "app.jobs.evaluation_process"
PATIENCE = 60_000
"""How long a process that was asked to stop may take [ms]: it saves what is complete first, and on
a busy machine the picture alone takes seconds."""
CLOSING_PATIENCE = 5_000
"""The same when the window closes, and there is no picture [ms]."""


class EvaluationWorker(QObject):
    """Owns one evaluation process from start to end. Lives on the GUI thread.

    The process tells its progress a few times a second; reading that is all the work that is
    done here. Whatever happens, `ended` is emitted exactly once.
    """

    progressed = Signal(object)
    """How far it is: `core.evaluation.Progress`."""
    saved = Signal(object)
    """The comparison is on disk: its folder (Path)."""
    failed = Signal(str, str)
    """A sentence and details."""
    ended = Signal(bool)
    """The process is gone; whether it had done everything."""

    def __init__(self, request: EvaluationRequest, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.request = request
        self._reader = ProgressReader()
        self._rest = b""
        self._finished: bool | None = None
        """Whether everything was done, once the process has said how it ended."""
        self._evaluating = False
        self._gone = False
        self._process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("OMP_NUM_THREADS", "1")
        self._process.setProcessEnvironment(environment)
        self._process.setWorkingDirectory(str(ROOT))
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._process_finished)
        self._process.errorOccurred.connect(self._process_failed)
        self._killer = after(PATIENCE, self._process.kill, self)

    def start(self) -> None:
        """Start the process and hand it the request."""
        self._process.start(sys.executable, ["-m", MODULE])
        self._process.write(self.request.to_line())

    def stop(self) -> None:
        """End after the present control step; what is complete is saved first."""
        if not self._killer.isActive() and not self._gone:
            self._process.write(STOP)
            self._killer.start()

    def close_down(self) -> None:
        """The window closes: end the process now and wait until it is gone."""
        if self._gone:
            return
        self.blockSignals(True)
        if not self._evaluating:  # nothing could be lost
            self._process.kill()
        self._process.write(QUIT)
        self._process.waitForBytesWritten(1000)
        self._process.closeWriteChannel()
        if not self._process.waitForFinished(CLOSING_PATIENCE):
            self._process.kill()
            self._process.waitForFinished()

    # what the process says

    @Slot()
    def _read(self) -> None:
        *lines, self._rest = (
            self._rest + bytes(self._process.readAllStandardOutput().data())
        ).split(b"\n")
        for line in lines:
            try:
                self._hear(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                self.failed.emit(
                    "The evaluation said something that cannot be understood; stop it and run it "
                    "again.",
                    f"{error!r}: {line[:500]!r}",
                )

    def _hear(self, message: dict[str, Any]) -> None:
        what = message["say"]
        if what == STARTED:
            self._evaluating = True
        elif what == PROGRESS:
            self.progressed.emit(self._reader.read(message))
        elif what == SAVED:
            self.saved.emit(Path(message["folder"]))
        elif what == FAILED:
            self._finished = False
            self.failed.emit(str(message["text"]), str(message["details"]))
        elif what == ENDED:
            self._finished = bool(message["finished"])

    @Slot()
    def _process_finished(self) -> None:
        self._read()
        if self._finished is None:
            details = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
            self.failed.emit(
                "The evaluation broke off before its end; what was complete until then is in the "
                "table. Run it again.",
                details[-4000:],
            )
        self._end()

    @Slot(QProcess.ProcessError)
    def _process_failed(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:  # nothing else will be heard of it
            self.failed.emit(
                "The evaluation could not be started; set the program up again (make setup).",
                f"{sys.executable} -m {MODULE}: {self._process.errorString()}",
            )
            self._end()

    def _end(self) -> None:
        self._killer.stop()
        if not self._gone:
            self._gone = True
            self.ended.emit(bool(self._finished))

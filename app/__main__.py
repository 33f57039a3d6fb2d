"""`python -m app [WORKSPACE]`: open the window."""

import argparse
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType, TracebackType

# Before anything loads torch: with two threads of its own and one more busy process, training
# falls by two orders of magnitude on two cores, and the control loop with it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

try:
    from PySide6.QtCore import QCoreApplication, QSettings, QStandardPaths, Qt
except ModuleNotFoundError as absent:
    raise SystemExit(
        "python -m app: the window needs PySide6, which this light installation leaves out; "
        "install everything with: pip install -e '.[studio]'"
    ) from absent
from PySide6.QtGui import QSurfaceFormat
from PySide6.QtWidgets import QApplication

from app.assemble import Assembled, assemble
from app.scene.gl import surface_format

ROOT = Path(__file__).resolve().parents[1]
SWITCH_INTERVAL = 0.002
"""How long one Python thread may keep the others waiting [s], since the control loop shares the
interpreter with training. Measured while training: the loop's lateness p99 is 18 ms with Python's
own 5 ms and 4 to 5 ms with 1 or 2; with 1 ms imports and training become slower on a busy machine.
"""


def default_workspace(settings: QSettings) -> Path:
    """The last one, else `recordings/workspace` of the program, else one in the documents."""
    last = str(settings.value("workspace", ""))
    if last and Path(last).is_dir():
        return Path(last)
    recordings = ROOT / "recordings"
    if os.access(recordings, os.W_OK):
        return recordings / "workspace"
    place = QStandardPaths.StandardLocation.DocumentsLocation
    return Path(QStandardPaths.writableLocation(place)) / "ACT-JEPA Studio"


def make_application(arguments: Sequence[str] = ()) -> QApplication:
    """The application, with the settings that OpenGL needs before there is one."""
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)
    QSurfaceFormat.setDefaultFormat(surface_format())
    QCoreApplication.setOrganizationName("ACT-JEPA")
    QCoreApplication.setApplicationName("Studio")
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.setswitchinterval(SWITCH_INTERVAL)
    return QApplication([sys.argv[0], *arguments])


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window and run until it is closed; returns the exit code (130 for Ctrl-C)."""
    parser = argparse.ArgumentParser(
        prog="python -m app",
        description="Drive the arm, record, train, deploy, compare.",
    )
    parser.add_argument(
        "workspace",
        nargs="?",
        type=Path,
        help="folder of episodes, checkpoints and comparisons; by default the last one",
    )
    given = parser.parse_args(arguments)
    application = make_application()
    settings = QSettings()
    root = given.workspace or default_workspace(settings)
    assembled = assemble(root, settings)
    settings.setValue("workspace", str(assembled.studio.workspace.root))
    _show_uncaught_errors(assembled)
    interrupts: list[int] = []

    def close(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        """Ctrl-C closes the window as its button would, so that nothing recorded is lost.

        Python runs it at its next turn, which the polling of the devices gives it every 10 ms.
        """
        interrupts.append(number)
        assembled.window.close()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, close)
    assembled.window.show()
    code = application.exec()
    return 128 + interrupts[0] if interrupts else code


def _show_uncaught_errors(assembled: Assembled) -> None:
    """Show errors that no code caught in the window, with details, and in the terminal."""

    def show(
        kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
    ) -> None:
        details = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(details)
        assembled.studio.fail(f"Unexpected error: {error or kind.__name__}", details)

    sys.excepthook = show
    threading.excepthook = lambda happened: show(
        happened.exc_type, happened.exc_value, happened.exc_traceback
    )


if __name__ == "__main__":
    raise SystemExit(main())

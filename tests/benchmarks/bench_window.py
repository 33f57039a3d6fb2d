"""How the window holds its promises: start, control loop, event loop, alone and while training.

    python tests/benchmarks/bench_window.py [--seconds 20]

Opens real windows on the present display (use xvfb-run where there is none). The scene is drawn
at 640x480 while it measures.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from PySide6.QtCore import QObject, QSettings, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication
from rich.console import Console
from rich.table import Table

from app.__main__ import ROOT, make_application
from app.arm.pace import Timing
from app.assemble import Assembled, assemble
from core.data import scripted_episode, write_episode
from core.simulation import demonstrate

BEAT = 10
"""Period of the timer whose lateness is the event loop's latency [ms]."""
STARTS = 3
TASK = "pick_place"

START = """
import sys, time
from PySide6.QtCore import QSettings, QTimer
from pathlib import Path
from app.__main__ import make_application
from app.assemble import assemble
application = make_application()
folder = Path(sys.argv[1])
settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
assembled = assemble(folder / "workspace", settings)
def tell(*_):
    print(time.time(), flush=True)
    assembled.window.close()
assembled.arm.scene.canvas.drawn.connect(tell)
shown = []
assembled.window.first_shown.connect(lambda: QTimer.singleShot(0, lambda: print(time.time())))
assembled.window.show()
application.exec()
"""


class Metronome(QObject):
    """Measures how late a timer's slot runs: the latency that a click would meet."""

    def __init__(self) -> None:
        super().__init__()
        self.late: list[float] = []
        self._due = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self.late.clear()
        self._due = time.perf_counter() + BEAT / 1000
        self._timer.start(BEAT)

    def stop(self) -> np.ndarray:
        self._timer.stop()
        return np.array(self.late)

    @Slot()
    def _beat(self) -> None:
        now = time.perf_counter()
        self.late.append(max(0.0, now - self._due))
        self._due = now + BEAT / 1000


def wait(seconds: float, until: object = None) -> bool:
    """Let the window run; True as soon as `until()` holds."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        QApplication.processEvents()
        time.sleep(0.002)
        if callable(until) and until():
            return True
    return False


def starts(folder: Path) -> list[tuple[float, float]]:
    """Seconds from the start of a process to the window and to the first picture of the arm."""
    measured = []
    for number in range(STARTS):
        place = folder / f"start-{number}"
        place.mkdir()
        began = time.time()
        told = subprocess.run(
            [sys.executable, "-c", START, str(place)],
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        ).stdout.split()
        measured.append((float(told[0]) - began, float(told[1]) - began))
    return measured


def measured(assembled: Assembled, seconds: float) -> tuple[Timing, np.ndarray, float]:
    """Timing of the control loop, latencies of the event loop, and frames per second."""
    metronome = Metronome()
    lateness: list[Timing] = []
    metronome.start()
    frames: list[float] = []
    for _ in range(max(1, round(seconds))):
        wait(1.0)
        frames.append(assembled.arm.scene.fps)
        lateness.append(assembled.arm.tick.timing)
    return lateness[-1], metronome.stop(), float(np.mean(frames))


def theme_changes(assembled: Assembled, count: int = 4) -> dict[str, tuple[float, float]]:
    """For each page the longest the event loop waited in a change of theme, and the seconds until
    all that is visible had changed: medians over `count` changes."""
    window = assembled.window
    metronome = Metronome()
    found = {}
    for title in window.pages:
        window.show_page(title)
        wait(1)
        waits, spans = [], []
        for _ in range(count):
            metronome.start()
            began = time.perf_counter()
            window.menu.toggle_theme()
            wait(5, window.updatesEnabled)
            spans.append(time.perf_counter() - began)
            wait(0.5)
            waits.append(float(metronome.stop().max()))
        found[title] = (float(np.median(waits)), float(np.median(spans)))
    return found


def record_demonstrations(folder: Path, count: int) -> None:
    """Something to train on."""
    for rollout in demonstrate(TASK, count, 0):
        write_episode(folder, scripted_episode(rollout))


def train(assembled: Assembled) -> float:
    """Press Train; returns the seconds until the first report."""
    window = assembled.window
    window.show_page("Train")
    wait(60, lambda: "Train" in window.pages)
    page = window.pages["Train"]
    wait(30, lambda: bool(page.controls.picker.selected()))
    began = time.perf_counter()
    page.train()
    reports: list[float] = []
    wait(10, lambda: page._worker is not None)
    page._worker.reported.connect(lambda _: reports.append(time.perf_counter()))
    if not wait(60, lambda: bool(reports)):
        raise RuntimeError("training did not begin within a minute")
    return reports[0] - began


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    table = Table(title=f"The window, {os.cpu_count()} cores")
    for heading in ("what", "alone", "while training", "wanted"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        begun = starts(folder)
        application = make_application()
        settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        record_demonstrations(folder / "workspace" / "episodes", 20)
        assembled = assemble(folder / "workspace", settings)
        window, scene = assembled.window, assembled.arm.scene
        scene.setFixedSize(640, 480)
        window.show()
        window.activateWindow()
        wait(60, lambda: len(window.pages) == len(window.makers))
        wait(2)
        alone = measured(assembled, given.seconds)
        changes = theme_changes(assembled)
        window.show_page("Record")
        first = train(assembled)
        window.show_page("Record")  # so that the scene is drawn
        wait(2)
        training = measured(assembled, given.seconds)
        window.pages["Train"].cancel()
        wait(1)
        window.close()
        application.processEvents()
    window_up = ", ".join(f"{shown:.2f}" for shown, _ in begun)
    picture_up = ", ".join(f"{drawn:.2f}" for _, drawn in begun)
    table.add_row("window on screen, s", window_up, "", "≤ 3")
    table.add_row("first picture of the arm, s", picture_up, "", "")
    table.add_row("Train pressed to first report, s", "", f"{first:.2f}", "≤ 3")
    for title, (longest, span) in changes.items():
        said = f"{1e3 * longest:.0f} of {1e3 * span:.0f}"
        table.add_row(f"theme, {title}: longest wait, ms", said, "", "≤ 50")
    rows = (
        ("control rate, Hz", "20.0", [f"{m[0].rate:.3f}" for m in (alone, training)]),
        (
            "lateness p99, ms",
            "≤ 5, ≤ 10",
            [f"{1e3 * m[0].lateness_p99:.2f}" for m in (alone, training)],
        ),
        ("frames per second", "10-30", [f"{m[2]:.1f}" for m in (alone, training)]),
        *(
            (
                f"event loop p{p}, ms",
                "≤ 50" if p == 99 else "",
                [f"{1e3 * np.percentile(m[1], p):.1f}" for m in (alone, training)],
            )
            for p in (50, 99)
        ),
    )
    for what, wanted, values in rows:
        table.add_row(what, *values, wanted)
    Console(width=100).print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

"""What the window costs a training, and what training and evaluation cost the window.

    python tests/benchmarks/bench_train_compare.py [--seconds 20]

Beside them, what building the pages costs after the window has come up. The Train page is on
screen with all its plots while it trains; the Compare page while it evaluates, once in a process
of its own as the program does, once in a thread for comparison.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from bench_window import Metronome, record_demonstrations, wait
from PySide6.QtCore import QSettings
from rich.console import Console
from rich.table import Table

from app.__main__ import make_application
from app.assemble import Assembled, assemble
from core.data import read_episode


def trainer_alone(episodes: Path, seconds: float) -> float:
    """Updates per second of the default preset without a window."""
    import torch

    from core.learning import Dataset, Trainer

    torch.set_num_threads(1)
    dataset = Dataset.from_episodes([read_episode(path) for path in sorted(episodes.iterdir())])
    trainer = Trainer(dataset, device="cpu")
    for _ in range(20):
        trainer.update()
    began, first = time.perf_counter(), trainer.step
    while time.perf_counter() - began < seconds:
        trainer.update()
    return (trainer.step - first) / (time.perf_counter() - began)


@dataclass(frozen=True)
class Training:
    """What was measured while the Train page showed a training."""

    first_point: float
    """From the press to the first plotted point [s]."""
    rate: float
    """Updates per second."""
    latencies: np.ndarray
    """Of the event loop [s]."""
    redraw: float
    """Processor time of one redraw of the loss plot, median [s]."""
    busy: float
    """Processor time of the GUI thread as a share of the time that passed."""


def train_in_window(assembled: Assembled, seconds: float) -> Training:
    """Train on the page that shows everything, for a while."""
    window = assembled.window
    window.show_page("Train")
    page = window.pages["Train"]
    wait(30, lambda: bool(page.controls.picker.selected()))
    losses = page.plots.losses
    began = time.perf_counter()
    page.controls.train_button.click()
    wait(30, lambda: "total" in losses.names)
    losses.view.grab()
    first = time.perf_counter() - began
    wait(3)
    metronome = Metronome()
    metronome.start()
    redraws: list[float] = []
    start, busy = time.perf_counter(), time.thread_time()
    step = losses.points("total")[0][-1]
    while time.perf_counter() - start < seconds:
        wait(0.5)
        drawn = time.thread_time()
        losses.redraw()
        losses.view.viewport().repaint()
        redraws.append(time.thread_time() - drawn)
    passed = time.perf_counter() - start
    share = (time.thread_time() - busy) / passed
    rate = (losses.points("total")[0][-1] - step) / passed
    latencies = metronome.stop()
    page.stop_and_keep()
    wait(30, lambda: page.state == "idle")
    return Training(first, float(rate), latencies, float(np.median(redraws)), share)


def evaluate_in_process(assembled: Assembled, seconds: float) -> tuple[np.ndarray, float]:
    """Event-loop latencies while the page evaluates, and episodes per second."""
    window = assembled.window
    window.show_page("Compare")
    page = window.pages["Compare"]
    wait(30, lambda: page.controls.entry is not None)
    page.controls.noise_line.setText("0, 0.3")
    page.controls.mode_boxes["plan"].setChecked(False)
    page.controls.episodes_box.setValue(80)
    metronome = Metronome()
    page.controls.run_button.click()
    wait(60, lambda: page.comparison is not None and bool(page.comparison.rows))
    metronome.start()
    began = time.perf_counter()
    wait(4 * seconds, lambda: not page.running)
    latencies = metronome.stop()
    done = sum(row.episodes for row in page.comparison.rows)
    rate = done / (time.perf_counter() - began)
    page.close_down()
    page._worker = None
    return latencies, rate


def evaluate_in_thread(assembled: Assembled, checkpoint: Path, seconds: float) -> np.ndarray:
    """Event-loop latencies while a thread of the same process evaluates."""
    from core.evaluation import evaluate
    from core.learning import load_checkpoint

    stop = threading.Event()

    def work() -> None:
        loaded = load_checkpoint(checkpoint)
        for _ in evaluate(loaded, ("bc", "nearest"), (0.0, 0.3), 10_000, should_stop=stop):
            pass

    thread = threading.Thread(target=work)
    thread.start()
    wait(3)
    metronome = Metronome()
    metronome.start()
    wait(seconds)
    latencies = metronome.stop()
    stop.set()
    thread.join()
    assert assembled.window.isVisible()
    return latencies


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    application = make_application()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
        record_demonstrations(folder / "workspace" / "episodes", 20)
        alone = trainer_alone(folder / "workspace" / "episodes", given.seconds / 2)
        assembled = assemble(folder / "workspace", settings)
        window = assembled.window
        window.resize(1440, 900)
        window.show()
        wait(0.5)  # the window comes up; the slow imports begin
        metronome = Metronome()
        metronome.start()
        wait(60, lambda: len(window.pages) == len(window.makers))
        wait(2)
        building = metronome.stop()
        metronome.start()
        window.show_page("Train")
        wait(1)
        showing = metronome.stop()
        training = train_in_window(assembled, given.seconds)
        process, speed = evaluate_in_process(assembled, given.seconds)
        checkpoint = next((folder / "workspace" / "checkpoints").iterdir())
        thread = evaluate_in_thread(assembled, checkpoint, given.seconds)
        window.close()
        application.processEvents()
    table = Table(title=f"Train and Compare, {os.cpu_count()} cores")
    for heading in ("what", "measured", "wanted"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    table.add_row("Train pressed to first plotted point, s", f"{training.first_point:.2f}", "≤ 3")
    table.add_row("updates/s of the trainer alone", f"{alone:.1f}", "")
    table.add_row("updates/s in the window, all plots shown", f"{training.rate:.1f}", "")
    table.add_row("one redraw of the loss plot, CPU ms", f"{1e3 * training.redraw:.1f}", "")
    table.add_row("GUI thread busy while training, %", f"{100 * training.busy:.0f}", "")
    for what, latencies in (("all pages are built", building), ("Train appears", showing)):
        value = 1e3 * latencies.max()
        table.add_row(f"longest wait while {what}, ms", f"{value:.1f}", "≤ 50")
    for what, latencies in (
        ("training", training.latencies),
        ("evaluating in a process", process),
        ("evaluating in a thread", thread),
    ):
        for p in (50, 99):
            wanted = "≤ 50" if p == 99 and "thread" not in what else ""
            value = 1e3 * np.percentile(latencies, p)
            table.add_row(f"event loop p{p} while {what}, ms", f"{value:.1f}", wanted)
    table.add_row("episodes/s in the process", f"{speed:.2f}", "")
    Console(width=100).print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

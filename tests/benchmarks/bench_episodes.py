"""How long the Episodes page lets one wait with ten thousand episodes in its list.

    python tests/benchmarks/bench_episodes.py [--count 10000]

Opens a real window on the present display (use xvfb-run where there is none). The rows are those
of the samples, many times over under other names; nothing is written but the settings.
"""

from __future__ import annotations

import argparse
import dataclasses
import random
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench_window import Metronome, wait
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QComboBox
from rich.console import Console
from rich.table import Table

from app.__main__ import make_application
from app.assemble import assemble
from app.pages.episodes.rows import found_of, rows_of
from core.data import EpisodeRow

QUIET = 0.15
"""How long the event loop is watched after the work is done [s]."""


def many(base: list[EpisodeRow], count: int, folder: Path) -> list[EpisodeRow]:
    """`count` rows with names, dates, labels, operators and tags of their own.

    Each has a file in `folder`, so that its picture can be drawn: a link to one of a few copies.
    """
    folder.mkdir()
    copies = [shutil.copy(row.path, folder) for row in base]
    chance = random.Random(0)
    made = []
    for number in range(count):
        row = base[number % len(base)]
        assert row.info is not None
        name = f"{row.identifier}-{number}"
        path = folder / f"{name}.hdf5"
        path.hardlink_to(copies[number % len(base)])
        info = dataclasses.replace(
            row.info,
            identifier=name,
            created=f"2026-01-{1 + number % 28:02d}T12:{number % 60:02d}:00+00:00",
            operator=chance.choice(("gamepad", "keyboard", "script")),
            success=chance.choice((True, False, None)),
            tags=chance.choice(((), ("careful",), ("fast", "odd"))),
        )
        made.append(dataclasses.replace(row, path=path, info=info))
    return made


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    given = parser.parse_args()
    make_application()
    folder = Path(tempfile.mkdtemp())
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    assembled = assemble(folder / "workspace", settings)
    window, studio = assembled.window, assembled.studio
    window.resize(1440, 900)
    window.show()
    window.show_page("Episodes")
    page = window.pages["Episodes"]
    wait(60, lambda: len(page.table.rows) > 0 and len(window.pages) == len(window.makers))
    wait(10, lambda: not studio.background_work.busy)
    base = [row.entry for row in page.table.rows]
    rows = rows_of(many(base, given.count, folder / "many"), ())
    found = found_of(rows, "", "", ())
    table = Table(title=f"The list of {given.count:,} episodes")
    for heading in ("what", "done after, ms", "longest wait, ms"):
        table.add_column(heading, justify="left" if heading == "what" else "right")

    def measure(what: str, act: Callable[[], object]) -> None:
        metronome = Metronome()
        metronome.start()
        began = time.perf_counter()
        act()
        wait(10, lambda: not studio.background_work.busy)
        took = time.perf_counter() - began
        wait(QUIET)
        table.add_row(what, f"{1e3 * took:.0f}", f"{1e3 * metronome.stop().max():.0f}")

    def choose(box: QComboBox, value: str) -> None:
        box.setCurrentIndex(box.findData(value))
        box.activated.emit(box.currentIndex())

    controls = page.controls.filter
    measure("show all", lambda: page._show_found(found))
    measure("one task", lambda: choose(controls.task, "push"))
    measure("all tasks", lambda: choose(controls.task, ""))
    measure("failures", lambda: choose(controls.label, "failure"))
    measure("any outcome", lambda: choose(controls.label, ""))
    measure("search", lambda: (controls.text.setText("care push"), controls.changed.emit()))
    measure("search nothing", lambda: (controls.text.clear(), controls.changed.emit()))
    measure("longest first", lambda: choose(controls.order, "longest"))
    measure("select all", page.table.selectAll)
    measure("newest first, all selected", lambda: choose(controls.order, "newest"))
    bar = page.table.verticalScrollBar()

    def scroll() -> None:
        for step in range(60):
            bar.setValue(bar.maximum() * step // 60)
            wait(0.016)

    measure("scroll from end to end in a second", scroll)
    measure("survey", lambda: page.controls.quality_section.button.setChecked(True))
    window.close()
    wait(0.1)
    Console(width=100).print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

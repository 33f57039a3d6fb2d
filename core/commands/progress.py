"""Progress on standard error, for people and for log files."""

import sys
import time

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from core.closing import Closing

LINE_INTERVAL = 5.0
"""Time between two lines where no bar can be drawn [s]."""


class ProgressBar(Closing):
    """A bar with the time left on a terminal, a line every few seconds elsewhere.

    Standard output stays free for results. Use as a context manager.
    """

    def __init__(self, title: str, total: int, *, count: bool = True) -> None:
        """`count`: show "3/50"; otherwise the share in percent."""
        self._title = title
        self._total = total
        self._console = Console(stderr=True)
        self._lines = not self._console.is_terminal
        self._began = self._told = time.monotonic()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn() if count else TaskProgressColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=self._console,
            transient=True,
            disable=self._lines,
            # On a terminal results are printed above the bar; a pipe must get them itself.
            redirect_stdout=sys.stdout.isatty(),
        )
        self._task = self._bar.add_task(title, total=total, note="")
        self._bar.start()

    def close(self) -> None:
        """Take the bar away."""
        self._bar.stop()

    def update(self, done: float, note: str = "", seconds_left: float | None = None) -> None:
        """`done` of the total; `seconds_left` replaces the bar's own estimate in lines."""
        self._bar.update(self._task, completed=done, note=note)
        now = time.monotonic()
        if not self._lines or now - self._told < LINE_INTERVAL:
            return
        self._told = now
        if seconds_left is None and done > 0:
            seconds_left = (now - self._began) / done * (self._total - done)
        left = "" if seconds_left is None else f", {clock(seconds_left)} left"
        sys.stderr.write(f"{self._title}: {100 * done / self._total:.0f}%{left}  {note}\n".rstrip())
        sys.stderr.write("\n")
        sys.stderr.flush()

    def say(self, text: str) -> None:
        """A line of its own above the bar."""
        self._console.print(text, highlight=False, markup=False)


def clock(seconds: float) -> str:
    """`75` as `1:15`."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"

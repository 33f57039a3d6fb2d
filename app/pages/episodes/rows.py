"""Rows of the episode list: what is filtered, how they are sorted, what they say."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from core.data import EpisodeInfo, EpisodeRow, length_outliers, path_outliers

OPERATOR_NAMES = {"bc": "BC", "nearest": "nearest neighbour", "plan": "planning"}


@dataclass(frozen=True)
class Row:
    """One episode, whether it may be changed, and whether it stands out among its task."""

    entry: EpisodeRow
    """From the index of its folder."""
    sample: bool
    """Whether it ships with the program and is read only."""
    outlying: str = ""
    """What is unusual about it, in words; empty if nothing is."""

    @property
    def readable(self) -> bool:
        """Whether its file could be read."""
        return self.entry.info is not None

    @cached_property
    def words(self) -> str:
        """What a search looks through."""
        entry = self.entry
        driver = OPERATOR_NAMES.get(entry.known.operator, entry.known.operator)
        parts = (entry.identifier, entry.known.task.replace("_", " "), driver, *entry.known.tags)
        return " ".join(parts).lower()


@dataclass(frozen=True)
class Filter:
    """What the list shows; an empty field lets everything through."""

    place: str = ""
    """"own", "samples" or ""."""
    task: str = ""
    """Name of a task."""
    label: str = ""
    """"success", "failure", "unlabelled", "outlier", "broken" or ""."""
    operator: str = ""
    """Who drove."""
    tag: str = ""
    """A tag that the episode has."""
    text: str = ""
    """Words that must all occur."""

    def chosen(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that pass, in their order."""
        tests = self._tests()
        return [row for row in rows if all(test(row) for test in tests)]

    def _tests(self) -> list[Callable[[Row], bool]]:
        words = self.text.lower().split()
        tests: tuple[tuple[object, Callable[[Row], bool]], ...] = (
            (self.place, lambda row: row.sample == (self.place == "samples")),
            (self.task, lambda row: row.entry.known.task == self.task),
            (self.label, lambda row: LABELS[self.label](row)),
            (self.operator, lambda row: row.entry.known.operator == self.operator),
            (self.tag, lambda row: self.tag in row.entry.known.tags),
            (words, lambda row: all(word in row.words for word in words)),
        )
        return [test for wanted, test in tests if wanted]


LABELS: dict[str, Callable[[Row], bool]] = {
    "success": lambda row: row.entry.known.success is True,
    "failure": lambda row: row.entry.known.success is False,
    "unlabelled": lambda row: row.readable and row.entry.known.success is None,
    "outlier": lambda row: bool(row.outlying),
    "broken": lambda row: not row.readable,
}
"""What can be asked of an outcome."""


def _number(value: float) -> float:
    """What was not measured comes last."""
    return value if math.isfinite(value) else -math.inf


ORDERS: dict[str, tuple[str, Callable[[Row], Any], bool]] = {
    "newest": ("Newest first", lambda row: row.entry.known.created, True),
    "oldest": ("Oldest first", lambda row: row.entry.known.created, False),
    "longest": ("Longest first", lambda row: row.entry.known.duration, True),
    "shortest": ("Shortest first", lambda row: row.entry.known.duration, False),
    "task": ("By task", lambda row: row.entry.known.task, False),
    "operator": ("By operator", lambda row: row.entry.known.operator, False),
    "label": (
        "Failures first",
        lambda row: {False: 0, None: 1, True: 2}[row.entry.known.success],
        False,
    ),
    "idle": ("Most idle first", lambda row: _number(row.entry.idle), True),
    "jerk": ("Most jerk first", lambda row: _number(row.entry.jerk), True),
    "path": ("Longest path first", lambda row: _number(row.entry.path_length), True),
}
"""Title, key and direction of each order."""


def ordered(rows: Sequence[Row], order: str) -> list[Row]:
    """The rows in an order of `ORDERS`; within equal ones the newest comes first, samples last."""
    _, key, reverse = ORDERS[order]
    newest = sorted(rows, key=lambda row: row.entry.known.created, reverse=True)
    found = sorted(newest, key=key, reverse=reverse)
    if order == "newest":
        found.sort(key=lambda row: row.sample)
    return found


def local_time(info: EpisodeInfo) -> str:
    """When it was recorded, in the person's own time: today "21:05", else "23 Nov 2026"."""
    try:
        moment = datetime.fromisoformat(info.created).astimezone()
    except ValueError:
        return info.created
    today = moment.date() == datetime.now().astimezone().date()
    return f"{moment:%H:%M}" if today else f"{moment:%d %b %Y}"


@dataclass(frozen=True)
class Found:
    """What lies in the workspace and among the samples at one moment."""

    rows: tuple[Row, ...]
    """Own episodes and samples."""
    undo: str
    """What can be taken back."""
    redo: str
    """What can be done again."""
    selections: tuple[str, ...]
    """Names of the saved selections."""
    lengths: dict[Path, int]
    """Steps of each file."""
    tasks: tuple[str, ...]
    """All tasks, sorted."""
    operators: tuple[str, ...]
    """All who drove, sorted."""
    tags: tuple[str, ...]
    """All tags, sorted."""


def found_of(rows: tuple[Row, ...], undo: str, redo: str, selections: tuple[str, ...]) -> Found:
    """What the page shows of rows; off the GUI thread, thousands of them take a while."""
    entries = [row.entry for row in rows if row.readable]
    return Found(
        rows=rows,
        undo=undo,
        redo=redo,
        selections=selections,
        lengths={row.entry.path: row.entry.known.steps for row in rows},
        tasks=tuple(sorted({entry.known.task for entry in entries})),
        operators=tuple(sorted({entry.known.operator for entry in entries})),
        tags=tuple(sorted({tag for entry in entries for tag in entry.known.tags})),
    )


def rows_of(own: Sequence[EpisodeRow], samples: Sequence[EpisodeRow]) -> tuple[Row, ...]:
    """Rows for the list; what stands out is told by comparison with all of the same task."""
    entries = [*own, *samples]
    lengths, paths = length_outliers(entries), path_outliers(entries)
    rows = []
    for number, entry in enumerate(entries):
        words = [word for word, found in (("length", lengths), ("path", paths)) if found[number]]
        rows.append(Row(entry, number >= len(own), " and ".join(words)))
    return tuple(rows)

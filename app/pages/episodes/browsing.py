"""What the Episodes page shows, put together off the GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.pages.episodes.rows import Row
from core.data import EpisodeRow, length_outliers, path_outliers


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
        lengths={row.entry.path: row.entry.length for row in rows},
        tasks=tuple(sorted({entry.task for entry in entries})),
        operators=tuple(sorted({entry.operator for entry in entries})),
        tags=tuple(sorted({tag for entry in entries for tag in entry.tags})),
    )


def rows_of(own: Sequence[EpisodeRow], samples: Sequence[EpisodeRow]) -> tuple[Row, ...]:
    """Rows for the list; what stands out is told by comparison with all of the same task."""
    entries = [*own, *samples]
    lengths, paths = length_outliers(entries), path_outliers(entries)
    rows = []
    for number, entry in enumerate(entries):
        words = [word for word, found in (("length", lengths), ("path", paths)) if found[number]]
        rows.append(Row(entry, number >= len(own), " and ".join(words)).prepared())
    return tuple(rows)

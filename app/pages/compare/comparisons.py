"""The comparisons of a workspace: finding, reading and exporting them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.jobs.evaluation_protocol import PICTURE, RESULTS, TABLE
from app.widgets.disturbances import words_of
from app.widgets.formats import joined, task_title
from core.data import StorageError
from core.files import free_path, read_table
from core.simulation import Condition
from core.simulation.disturbances import varied_noise

if TYPE_CHECKING:
    from core.evaluation import Result

LARGEST_FILE = 64 * 2**20
"""A larger file of results was not written by this program [bytes]."""


@dataclass(frozen=True)
class Comparison:
    """Results that were saved. Immutable; crosses threads."""

    folder: Path
    """Where it lies."""
    checkpoint: str = ""
    """Name of the checkpoint."""
    task: str = ""
    """Name of the task."""
    created: str = ""
    """When it was made, ISO 8601, UTC."""
    complete: bool = False
    """Whether every cell was done."""
    provenance: dict[str, Any] | None = None
    """Everything needed to make it again."""
    rows: tuple[Result, ...] = ()
    """The results."""
    problem: str | None = None
    """Why it cannot be read; None if it can."""

    @property
    def name(self) -> str:
        """Name of its folder."""
        return self.folder.name

    @property
    def about(self) -> str:
        """Its task and what disturbed it besides noise."""
        conditions = [row.condition for row in self.rows] or [Condition()]
        others = words_of(conditions[0].to_dict(), varied_noise(conditions))
        return joined(task_title(self.task), others)


def list_comparisons(folder: Path) -> list[Comparison]:
    """The comparisons in `folder`, newest first; those that cannot be read with their problem."""
    try:
        found = [path for path in folder.iterdir() if (path / RESULTS).is_file()]
    except OSError:
        return []
    read = [read_comparison(path) for path in found]
    return sorted(read, key=lambda one: (one.created, one.name), reverse=True)


def read_comparison(folder: Path) -> Comparison:
    """The comparison in `folder`; what is wrong with it becomes its problem."""
    from core.evaluation import results_from_json

    path = folder / RESULTS
    try:
        content = read_table(path, LARGEST_FILE)
        rows = results_from_json(content)
        source = content["provenance"]
        return Comparison(
            folder,
            checkpoint=Path(str(source["checkpoint"]["path"])).name,
            task=rows[0].task if rows else str(source["checkpoint"]["task"]),
            created=str(source["created"]),
            complete=bool(source.get("complete", True)),
            provenance=dict(source),
            rows=rows,
        )
    except OSError as error:
        problem = error.strerror or str(error)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = f"it does not make sense ({error!r})"
    return Comparison(folder, problem=f"{folder.name} cannot be read: {problem}")


def new_folder(comparisons: Path, checkpoint: str) -> Path:
    """A folder that is not there yet, named after the checkpoint and the time."""
    now = datetime.now(UTC).astimezone()
    return free_path(comparisons / f"{checkpoint}-{now:%Y%m%d-%H%M%S}")


def export(comparison: Comparison, kind: str) -> Path:
    """Write the present rows as "csv", "png" or "json" into the comparison's folder.

    For a background thread: drawing takes a second. Raises `StorageError` if the disk refuses,
    and `ValueError` for another kind.
    """
    from core.evaluation import plot_curves, write_csv, write_json

    rows = [row for row in comparison.rows if row.outcomes]
    if not rows:
        raise StorageError("nothing to export yet: no episode has been evaluated", None)
    if kind == "csv":
        return Path(write_csv(comparison.folder / TABLE, rows))
    if kind == "png":
        return Path(plot_curves(rows, comparison.folder / PICTURE, title=comparison.checkpoint))
    if kind == "json":
        source = (comparison.provenance or {}) | {"complete": comparison.complete}
        return Path(write_json(comparison.folder / RESULTS, rows, source))
    raise ValueError(f"unknown kind '{kind}'; kinds: csv, png, json")

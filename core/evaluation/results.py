"""Results of an evaluation, and the files they are kept in."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path
from typing import Any

from core.data import commit, make_folder
from core.evaluation.statistics import mcnemar, wilson
from core.simulation import Condition

COLUMNS = ("task", "mode", "noise", "condition", "episodes", "successes", "rate", "low", "high")


@dataclass(frozen=True)
class Result:
    """One cell of a comparison: a mode under a condition, over the episodes done so far."""

    task: str
    """Name of the task."""
    mode: str
    """How actions are chosen: bc, nearest or plan."""
    noise: float
    """Sensor noise in units of each feature's standard deviation over the training data."""
    first_seed: int
    """Episode i starts from seed first_seed + i."""
    outcomes: tuple[bool, ...] = ()
    """Success of each episode done, in the order of the seeds."""
    steps: tuple[int, ...] = ()
    """Control steps each episode took: until success was found, else the horizon."""
    condition: Condition = field(default_factory=Condition)
    """All that disturbed; its noise is `noise` (and taken from there where this is left out)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "condition", self.condition.changed(noise=self.noise))

    @property
    def episodes(self) -> int:
        """Number of episodes done."""
        return len(self.outcomes)

    @property
    def successes(self) -> int:
        """Number of episodes that solved the task."""
        return sum(self.outcomes)

    @property
    def rate(self) -> float:
        """Success rate in [0, 1]; not a number before the first episode."""
        return self.successes / self.episodes if self.outcomes else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """95% Wilson interval of the success rate."""
        return wilson(self.successes, self.episodes)

    def extended(self, outcomes: Sequence[bool], steps: Sequence[int]) -> "Result":
        """The result with further episodes."""
        return replace(
            self,
            outcomes=self.outcomes + tuple(bool(outcome) for outcome in outcomes),
            steps=self.steps + tuple(int(count) for count in steps),
        )


@dataclass(frozen=True)
class Progress:
    """State of an evaluation; immutable, so that it may cross threads."""

    results: tuple[Result, ...]
    """All cells, mode by mode, with what is done so far (cells not begun have no episodes)."""
    mode: str
    """Mode of the cell that ran last."""
    noise: float
    """Noise level of the cell that ran last."""
    fraction: float
    """Share of the whole evaluation that is done, 0 to 1."""
    seconds_left: float | None
    """Estimated time left [s]; None while there is nothing to estimate from."""
    finished: bool = False
    """Whether every cell is complete."""
    running: int = 0
    """Episodes of the batch that is under way; they are not in the results yet."""
    running_solved: int = 0
    """How many of them have solved the task already."""
    condition: Condition | None = None
    """Condition of the cell that ran last; None: nothing but `noise`."""

    @property
    def result(self) -> Result:
        """The result of the cell that ran last."""
        condition = self.condition or Condition(noise=self.noise)
        return next(r for r in self.results if r.mode == self.mode and r.condition == condition)


def results_json(
    results: Sequence[Result], provenance: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Rows, paired comparisons and provenance as values for JSON.

    `{"provenance": …, "rows": [{"task", "mode", "noise", "condition", "episodes", "successes",
    "interval": [low, high], "outcomes", "steps", "first_seed"}], "comparisons": […]}`, where a
    comparison is McNemar's test of two modes on the starts that both have done.
    """
    return {
        "provenance": dict(provenance or {}),
        "rows": [
            {
                "task": result.task,
                "mode": result.mode,
                "noise": result.noise,
                "condition": result.condition.to_dict(),
                "episodes": result.episodes,
                "successes": result.successes,
                "rate": result.rate if result.outcomes else None,
                "interval": list(result.interval),
                "first_seed": result.first_seed,
                "outcomes": list(result.outcomes),
                "steps": list(result.steps),
            }
            for result in results
        ],
        "comparisons": list(_comparisons(results)),
    }


def results_from_json(values: Mapping[str, Any]) -> tuple[Result, ...]:
    """The results of a file that :func:`write_json` wrote."""
    return tuple(
        Result(
            task=str(result["task"]),
            mode=str(result["mode"]),
            noise=float(result["noise"]),
            first_seed=int(result["first_seed"]),
            outcomes=tuple(bool(outcome) for outcome in result["outcomes"]),
            steps=tuple(int(count) for count in result["steps"]),
            condition=Condition.from_dict(result.get("condition", {})),
        )
        for result in values["rows"]
    )


def write_json(
    path: Path | str, results: Sequence[Result], provenance: Mapping[str, Any] | None = None
) -> Path:
    """Write :func:`results_json` to a file, whole or not at all."""
    text = json.dumps(results_json(results, provenance), indent=1, allow_nan=False)
    return write_whole(path, (text + "\n").encode())


def write_csv(path: Path | str, results: Sequence[Result]) -> Path:
    """Write one line per result, with the columns :data:`COLUMNS`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in results:
        low, high = result.interval
        rate = f"{result.rate:.4f}" if result.outcomes else ""
        writer.writerow(
            [
                *(
                    result.task,
                    result.mode,
                    result.noise,
                    result.condition,
                    result.episodes,
                    result.successes,
                ),
                *(rate, f"{low:.4f}", f"{high:.4f}"),
            ]
        )
    return write_whole(path, text.getvalue().encode())


def write_whole(path: Path | str, content: bytes) -> Path:
    """Write a file as recordings are written, so that a reader never sees half of it.

    Raises :class:`core.data.StorageError` if the disk refuses.
    """
    path = Path(path).expanduser().absolute()
    make_folder(path.parent)
    commit(path, content)
    return path


def _comparisons(results: Sequence[Result]) -> Iterator[dict[str, Any]]:
    for first, second in combinations(results, 2):
        same = (first.task, first.condition, first.first_seed) == (
            second.task,
            second.condition,
            second.first_seed,
        )
        n = min(first.episodes, second.episodes)
        if not same or first.mode == second.mode or n == 0:
            continue
        difference = mcnemar(first.outcomes[:n], second.outcomes[:n])
        yield {
            "task": first.task,
            "noise": first.noise,
            "condition": first.condition.to_dict(),
            "first": first.mode,
            "second": second.mode,
            "episodes": n,
            "only_first": difference.only_first,
            "only_second": difference.only_second,
            "p_value": difference.p_value,
        }

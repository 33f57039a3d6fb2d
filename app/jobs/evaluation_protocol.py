"""What the window and the process that evaluates say to each other: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.evaluation import Progress, Result

STARTED, PROGRESS, SAVED, ENDED, FAILED = "started", "progress", "saved", "ended", "failed"
STOP = b"stop\n"
"""End after the present control step and write everything that is complete."""
QUIT = b"quit\n"
"""The same without the picture: the window is closing."""
RESULTS, TABLE, PICTURE = "results.json", "table.csv", "curves.png"
"""Files in the folder of a comparison."""


@dataclass(frozen=True)
class EvaluationPlan:
    """What to evaluate, and where the result goes."""

    checkpoint: Path
    """Folder of the checkpoint."""
    modes: tuple[str, ...]
    """How actions are chosen: bc, nearest, plan."""
    noise: tuple[float, ...]
    """Sensor noise levels, in standard deviations of each feature over the training data."""
    episodes: int
    """Starts of each mode at each level."""
    folder: Path
    """Folder of the comparison that will be made."""
    horizon: int = 200
    """Control steps an episode may take."""
    batch: int = 25
    """Episodes that run at once: results fill in this many at a time."""
    observer: bool = True
    """Whether the checkpoint's observer, if it has one, corrects what is sensed."""
    beside: tuple[tuple[str, float], ...] = ()
    """What disturbs at every noise level beside it: settings of `core.evaluation.Condition`."""

    def to_line(self) -> bytes:
        """As the first line that the process reads."""
        request = {
            "checkpoint": str(self.checkpoint),
            "modes": list(self.modes),
            "noise": list(self.noise),
            "episodes": self.episodes,
            "folder": str(self.folder),
            "horizon": self.horizon,
            "batch": self.batch,
            "observer": self.observer,
            "beside": dict(self.beside),
        }
        return json.dumps(request).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes | str) -> EvaluationPlan:
        """The plan of that line. Raises `ValueError` or `KeyError` for anything else."""
        request = json.loads(line)
        return cls(
            Path(request["checkpoint"]),
            tuple(str(mode) for mode in request["modes"]),
            tuple(float(level) for level in request["noise"]),
            int(request["episodes"]),
            Path(request["folder"]),
            int(request["horizon"]),
            int(request["batch"]),
            bool(request["observer"]),
            tuple((str(name), float(value)) for name, value in request["beside"].items()),
        )


def encode_results(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Rows as values for JSON."""
    from core.evaluation import results_json

    encoded: list[dict[str, Any]] = results_json(list(results))["rows"]
    return encoded


class ProgressSender:
    """Turns progress into messages that carry only the results that have grown."""

    def __init__(self) -> None:
        self._sent: dict[tuple[str, float], int] = {}

    def message(self, progress: Progress) -> dict[str, Any]:
        """The message for `progress`."""
        grown = []
        for result in progress.results:
            cell = (result.mode, result.noise)
            if self._sent.get(cell) != result.episodes:
                self._sent[cell] = result.episodes
                grown.append(result)
        return {
            "say": PROGRESS,
            "rows": encode_results(grown),
            "mode": progress.mode,
            "noise": progress.noise,
            "fraction": progress.fraction,
            "seconds_left": progress.seconds_left,
            "finished": progress.finished,
            "running": progress.running,
            "running_solved": progress.running_solved,
        }


class ProgressReader:
    """Puts progress together again on the other side."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, float], Result] = {}

    def read(self, message: dict[str, Any]) -> Progress:
        """The progress that `message` tells of, all results included."""
        from core.evaluation import Progress, results_from_json

        for result in results_from_json(message):
            self._rows[result.mode, result.noise] = result
        return Progress(
            results=tuple(self._rows.values()),
            mode=str(message["mode"]),
            noise=float(message["noise"]),
            fraction=float(message["fraction"]),
            seconds_left=message["seconds_left"],
            finished=bool(message["finished"]),
            running=int(message["running"]),
            running_solved=int(message["running_solved"]),
        )


def disturbances(plan: EvaluationPlan) -> list[str]:
    """The arguments that say what disturbs."""
    levels = [f"{level:g}" for level in plan.noise]
    if not plan.beside:
        return ["--noise", *levels]
    rest = ",".join(f"{name}={value:g}" for name, value in plan.beside)
    return ["--noise", "--condition", *(f"noise={level},{rest}" for level in levels)]


def command_of(plan: EvaluationPlan, modes: Sequence[str] = ()) -> list[str]:
    """The command that makes the result of `plan` again without a window."""
    return [
        *("python", "-m", "core", "evaluate", str(plan.checkpoint)),
        *("--mode", *(modes or plan.modes)),
        *disturbances(plan),
        *("--episodes", str(plan.episodes), "--horizon", str(plan.horizon)),
        *(() if plan.observer else ("--no-observer",)),
        *("--json", RESULTS),
    ]

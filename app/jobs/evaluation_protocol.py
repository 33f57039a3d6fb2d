"""What the window and the evaluating process send each other: one JSON object a line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.simulation import Condition

if TYPE_CHECKING:
    from core.evaluation import Progress, Result

STARTED, PROGRESS, SAVED, ENDED, FAILED = "started", "progress", "saved", "ended", "failed"
STOP = b"stop\n"
"""End after the present control step and write everything that is complete."""
QUIT = b"quit\n"
"""The same without the picture: the window is closing."""
RESULTS, TABLE, PICTURE = "results.json", "table.csv", "curves.png"
"""Files in the folder of a comparison."""
_SENT = ("mode", "noise", "fraction", "seconds_left", "finished", "running", "running_solved")
"""What of a progress is sent, besides its results."""


@dataclass(frozen=True)
class EvaluationRequest:
    """What to evaluate, and where the results go."""

    checkpoint: Path
    """Folder of the checkpoint."""
    modes: tuple[str, ...]
    """How actions are chosen: names of `core.policies.MODES`."""
    conditions: tuple[Condition, ...]
    """What disturbs."""
    episodes: int
    """Starts of each mode under each condition."""
    folder: Path
    """Folder of the comparison that will be made."""
    horizon: int = 200
    """Control steps an episode may take."""
    batch: int = 25
    """Episodes that run at once: results fill in this many at a time."""
    observer: bool = True
    """Whether the checkpoint's observer, if it has one, corrects what is sensed."""

    def to_line(self) -> bytes:
        """As the first line that the process reads."""
        conditions = [condition.to_dict() for condition in self.conditions]
        values = {**vars(self), "conditions": conditions}
        return json.dumps(values, default=str).encode() + b"\n"  # paths are the only objects

    @classmethod
    def from_line(cls, line: bytes | str) -> EvaluationRequest:
        """The request of that line. Raises `ValueError`, `KeyError` or `TypeError` for others."""
        values = json.loads(line)
        conditions = tuple(Condition.from_dict(each) for each in values["conditions"])
        folders = {name: Path(values[name]) for name in ("checkpoint", "folder")}
        modes = tuple(str(mode) for mode in values["modes"])
        return cls(**{**values, **folders, "modes": modes, "conditions": conditions})


class ProgressSender:
    """Turns progress into messages that carry only the results that have grown."""

    def __init__(self) -> None:
        self._sent: dict[tuple[str, Condition], int] = {}

    def message(self, progress: Progress) -> dict[str, Any]:
        """The values of the message for `progress`."""
        from core.evaluation import results_json

        grown = []
        for result in progress.results:
            cell = (result.mode, result.condition)
            if self._sent.get(cell) != result.episodes:
                self._sent[cell] = result.episodes
                grown.append(result)
        values = {name: getattr(progress, name) for name in _SENT}
        condition = None if progress.condition is None else progress.condition.to_dict()
        return {"rows": results_json(grown)["rows"], "condition": condition, **values}


class ProgressReader:
    """Puts progress together again on the other side."""

    def __init__(self) -> None:
        self._results: dict[tuple[str, Condition], Result] = {}

    def read(self, message: dict[str, Any]) -> Progress:
        """The progress that `message` describes, all results included."""
        from core.evaluation import Progress, results_from_json

        for result in results_from_json(message):
            self._results[result.mode, result.condition] = result
        values = {name: message[name] for name in _SENT}
        given = message["condition"]
        condition = None if given is None else Condition.from_dict(given)
        return Progress(tuple(self._results.values()), condition=condition, **values)


def command_of(request: EvaluationRequest) -> list[str]:
    """The command that makes the results of `request` again without a window."""
    plain = all(condition.only_noise for condition in request.conditions)
    levels = [f"{condition.noise:g}" for condition in request.conditions]
    return [
        *("python", "-m", "core", "evaluate", str(request.checkpoint)),
        *("--mode", *request.modes),
        *("--noise", *(levels if plain else ())),
        *(() if plain else ("--condition", *(str(each) for each in request.conditions))),
        *("--episodes", str(request.episodes), "--horizon", str(request.horizon)),
        *(() if request.observer else ("--no-observer",)),
        *("--json", RESULTS),
    ]

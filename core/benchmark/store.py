"""The results of finished cells: one small JSON file each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.benchmark.cell import Cell, Trial
from core.benchmark.errors import DamagedResultError
from core.evaluation.results import write_whole

VERSION = 1
"""Version of the files' layout."""


@dataclass(frozen=True)
class Result:
    """The outcomes of one trial of a cell."""

    outcomes: np.ndarray
    """Success of each start (starts,) bool."""
    steps: tuple[int, ...]
    """Control steps each episode took."""
    seconds: float
    """Time that the trial took [s]."""


def find_result(record: Mapping[str, Any] | None, key: str) -> Result | None:
    """The trial of `record` that has that key, if there is one."""
    for values in () if record is None else record["trials"]:
        if values["key"] == key:
            outcomes = np.array([mark == "1" for mark in values["outcomes"]])
            return Result(outcomes, tuple(values["steps"]), float(values["seconds"]))
    return None


class Store:
    """The files of finished cells under a folder. Owns nothing but their names.

    A file holds the record of a training and the trials run on it. What was made by other
    settings, other data or other code is there to be read by people, and counts as not there.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, cell: Cell) -> Path:
        """Where the file of `cell` is."""
        return self.folder / f"{cell.name.replace('/', '-')}.json"

    def record(self, cell: Cell) -> dict[str, Any] | None:
        """The file of `cell`, if there is one that its present training would make.

        Raises :class:`DamagedResultError`.
        """
        values = self._read(cell)
        if values is None or values["training"]["key"] != cell.training_key():
            return None
        return values

    def result(self, cell: Cell, trial: Trial) -> Result | None:
        """What `trial` gave, if it has been run as it would be run now."""
        return find_result(self.record(cell), cell.key(trial))

    def trials(self, cell: Cell) -> tuple[Trial, ...]:
        """Those that have been run as they would be run now."""
        return tuple(_trial(values) for values in self._valid(cell))

    def is_of(self, cell: Cell, training: Mapping[str, Any] | None) -> bool:
        """Whether the trials on file were run on what `training` gave."""
        record = self.record(cell)
        return record is None or (
            training is not None and _weights(record["training"]) == _weights(training)
        )

    def missing(self, cell: Cell, trials: Sequence[Trial]) -> tuple[Trial, ...]:
        """Those of `trials` that have to be run."""
        known = {values["key"] for values in self._valid(cell)}
        return tuple(trial for trial in trials if cell.key(trial) not in known)

    def keep(self, cell: Cell, record: dict[str, Any], command: str) -> Path:
        """Write the record of a finished cell beside those trials of the same training that are
        still valid.

        `command` is the one that makes it again.
        """
        fresh = {values["key"] for values in record["trials"]}
        same = self.is_of(cell, record["training"])
        kept = [v for v in self._valid(cell) if same and v["key"] not in fresh]
        values = {
            "version": VERSION,
            "cell": cell.name,
            "quick": cell.quick,
            "command": command,
            "training": record["training"],
            "trials": [*kept, *record["trials"]],
        }
        text = json.dumps(values, indent=1, allow_nan=False)
        return write_whole(self.path(cell), (_compact(text) + "\n").encode())

    def _valid(self, cell: Cell) -> list[dict[str, Any]]:
        """The trials on file that have been run as they would be run now."""
        record = self.record(cell)
        trials = [] if record is None else record["trials"]
        return [values for values in trials if values["key"] == cell.key(_trial(values))]

    def _read(self, cell: Cell) -> dict[str, Any] | None:
        path = self.path(cell)
        if not path.is_file():
            return None
        try:
            values: dict[str, Any] = json.loads(path.read_bytes())
            if values["version"] != VERSION or values["cell"] != cell.name:
                return None
            if values["quick"] != cell.quick:
                return None
            for trial in values["trials"]:
                if len(trial["outcomes"]) != trial["episodes"] or not trial["key"]:
                    raise ValueError("outcomes and episodes differ in number")
            if not values["training"]["key"]:
                raise ValueError("no key")
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedResultError(
                f"{path} is not a result of this program ({error}); delete it to have the cell "
                "made again"
            ) from error
        return values


def _weights(training: Mapping[str, Any]) -> tuple[Any, Any]:
    """What tells one training from another that had the same settings, data and code."""
    return training["losses"], training["quality"]


def _trial(values: dict[str, Any]) -> Trial:
    from core.evaluation import Condition

    names = ("mode", "episodes", "first_seed", "horizon", "observer")
    return Trial(
        condition=Condition.from_dict(values["condition"]),
        decay=values.get("decay"),
        **{n: values[n] for n in names},
    )


def _compact(text: str) -> str:
    """Lists of numbers on one line: a start a line is nothing to read."""
    lines: list[str] = []
    inside = False
    for line in text.split("\n"):
        word = line.strip()
        number = word.rstrip(",").lstrip("-").replace(".", "", 1).replace("e", "", 1)
        if inside and (number.replace("-", "").isdigit() or word in ("]", "],")):
            lines[-1] += word if word[0] == "]" else word + (" " if word.endswith(",") else "")
            inside = word[0] != "]"
            continue
        lines.append(line)
        inside = word.endswith("[")
    return "\n".join(lines).replace(", ]", "]")

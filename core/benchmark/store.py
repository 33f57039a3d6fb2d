"""The results of finished cells: one file for each regime, one line for each cell."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from core.benchmark.cell import Cell, Training, Trial
from core.benchmark.errors import DamagedResultError
from core.data import locked
from core.evaluation.results import write_whole
from core.learning import ConfigurationError


@dataclass(frozen=True)
class Result:
    """The outcomes of one trial of a cell."""

    outcomes: np.ndarray
    """Success of each start (starts,) bool."""
    steps: tuple[int, ...]
    """Control steps each episode took."""
    seconds: float
    """Time that the trial took [s]."""


@dataclass(frozen=True)
class Record:
    """What is stored of a cell: one training and the trials run on it."""

    values: Mapping[str, Any]
    """As in the file: ``cell``, ``quick``, ``command``, ``training`` and ``trials``."""

    @cached_property
    def training(self) -> Training | None:
        """What was trained; None where this program no longer has such settings."""
        try:
            return Training.from_dict(self.values["training"])
        except ConfigurationError:
            return None

    @cached_property
    def results(self) -> Mapping[Trial, Result]:
        """By trial, the results of those that the present program would run the same way."""
        return {
            trial: Result(
                np.array([mark == "1" for mark in values["outcomes"]]),
                tuple(values["steps"]),
                float(values["seconds"]),
            )
            for values in self.values["trials"]
            if values["versions"] == (trial := Trial.from_dict(values)).versions
        }


class Store:
    """The files of finished cells under a folder. Owns what it has read of them.

    A line holds the record of a training and the trials run on it. A record counts while its
    configuration, data and versions are those of the present cell. Others stay for people to read
    until the cell is made again.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[Path, dict[str, Record]] = {}

    def path(self, cell: Cell) -> Path:
        """The file that holds the line of `cell`."""
        return self.folder / f"{cell.regime}.jsonl"

    def record(self, cell: Cell) -> Record | None:
        """What is stored of `cell`, if its present training would give it.

        Raises :class:`DamagedResultError`.
        """
        record = self._read(self.path(cell)).get(cell.name)
        if record is None or record.values["quick"] != cell.quick:
            return None
        return record if record.training == cell.training else None

    def result(self, cell: Cell, trial: Trial) -> Result | None:
        """What `trial` gave, if it has been run the way it would be run now."""
        record = self.record(cell)
        return None if record is None else record.results.get(trial)

    def trials(self, cell: Cell) -> tuple[Trial, ...]:
        """Those that have been run the way they would be run now."""
        record = self.record(cell)
        return () if record is None else tuple(record.results)

    def missing(self, cell: Cell, trials: Sequence[Trial]) -> tuple[Trial, ...]:
        """Those of `trials` that have to be run."""
        known = self.trials(cell)
        return tuple(trial for trial in trials if trial not in known)

    def is_of(self, cell: Cell, training: Mapping[str, Any] | None) -> bool:
        """Whether the stored trials were run on what `training` gave."""
        record = self.record(cell)
        return record is None or (
            training is not None and _weights(record.values["training"]) == _weights(training)
        )

    def keep(self, cell: Cell, values: Mapping[str, Any], command: str) -> Path:
        """Write the record of a finished cell. Other trials of the same training stay.

        `values` holds ``training`` and ``trials``; `command` makes them again. The file is
        replaced whole, under a lock: other programs may write to it too.
        """
        path = self.path(cell)
        path.parent.mkdir(parents=True, exist_ok=True)
        with locked(path.parent):
            self._files.pop(path, None)  # another program may have written to it
            records = self._read(path)
            fresh = {Trial.from_dict(each) for each in values["trials"]}
            known = self.trials(cell) if self.is_of(cell, values["training"]) else ()
            stored = records[cell.name].values["trials"] if known else ()
            kept = [
                each
                for each in stored
                if (trial := Trial.from_dict(each)) in known and trial not in fresh
            ]
            records[cell.name] = Record(
                {
                    "cell": cell.name,
                    "quick": cell.quick,
                    "command": command,
                    "training": values["training"],
                    "trials": [*kept, *values["trials"]],
                }
            )
            return write_records(path, records.values())

    def _read(self, path: Path) -> dict[str, Record]:
        """The records of a file by name of the cell; read once."""
        if path not in self._files:
            lines = path.read_text("utf-8").splitlines() if path.is_file() else []
            records = [_parse(path, number, line) for number, line in enumerate(lines, 1)]
            self._files[path] = {record.values["cell"]: record for record in records}
        return self._files[path]


def write_records(path: Path, records: Iterable[Record]) -> Path:
    """Write a file of records: sorted by cell, each on one line."""
    ordered = sorted((record.values for record in records), key=_place)
    lines = (json.dumps(v, separators=(",", ":"), allow_nan=False) + "\n" for v in ordered)
    return write_whole(path, "".join(lines).encode())


def _place(values: Mapping[str, Any]) -> tuple[str, str, str, int, int]:
    regime, method, task, demonstrations, seed = values["cell"].split("/")
    return regime, method, task, int(demonstrations), int(seed)


def _parse(path: Path, number: int, line: str) -> Record:
    """The record of a line. Raises :class:`DamagedResultError`."""
    try:
        values: dict[str, Any] = json.loads(line)
        _place(values)
        missing = {"quick", "training", "trials"} - set(values)
        missing |= {"configuration", "data", "versions", *_WEIGHTS} - set(values["training"])
        if missing:
            raise ValueError(f"no {min(missing)!r}")
        for trial in values["trials"]:
            if len(trial["outcomes"]) != trial["episodes"] or not trial["versions"]:
                raise ValueError(
                    f"a trial has {len(trial['outcomes'])} outcomes of {trial['episodes']} episodes"
                )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedResultError(
            f"line {number} of {path} is not a result of this program ({error}); delete the line "
            "to have its cell made again"
        ) from error
    return Record(values)


_WEIGHTS = ("losses", "measures")
"""What tells apart two trainings with the same settings, data and versions."""


def _weights(training: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(training[name] for name in _WEIGHTS)

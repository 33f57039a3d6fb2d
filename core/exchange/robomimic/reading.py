"""robomimic's HDF5 files, of any robot, as episodes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from core.data.vetted.hdf5_file import VettedFile
from core.exchange.errors import UnusableSourceError
from core.exchange.source import ForeignEpisode, own_info

DEFAULT_RATE = 20.0
"""robosuite's control rate [Hz]; files of other programs may not tell theirs."""


class RobomimicSource:
    """Demonstrations of one robomimic file, open for reading.

    Owns nothing: the caller closes `file`. Raises :class:`UnusableSourceError`
    for an HDF5 file that is not in robomimic's layout.
    """

    def __init__(
        self,
        file: VettedFile,
        *,
        task: str | None = None,
        control_rate: float | None = None,
        images: bool = True,
    ) -> None:
        """`task` and `control_rate` [Hz] replace what the file says."""
        self.path = file.path
        self.action_names: tuple[str, ...] = ()
        self.notes: list[str] = []
        self._file = file
        self._images = images
        if file.find("data") is None:
            raise UnusableSourceError(
                f"{file.path} has no group 'data'; expected a robomimic file", file.path
            )
        self._demonstrations = _sorted(file.names("data"), file.path)
        environment = _environment(file)
        self.task = task or str(environment.get("env_name") or file.path.stem)
        self.control_rate = control_rate or self._rate(environment)
        self._sparse = self._rewards_are_sparse()

    def __len__(self) -> int:
        return len(self._demonstrations)

    def actions(self) -> Iterator[np.ndarray]:
        """The actions (T, A) of each demonstration, as the file holds them."""
        for name in self._demonstrations:
            yield self._actions(name)

    def episodes(self) -> Iterator[ForeignEpisode]:
        """The demonstrations in the order of their numbers."""
        for name in self._demonstrations:
            yield self._episode(name)

    def _actions(self, name: str) -> np.ndarray:
        actions = self._array(name, "actions")
        if actions is None:
            raise UnusableSourceError(
                f"{name} of {self.path} has no actions; expected a robomimic file", self.path
            )
        actions = actions.astype(np.float64)
        if actions.ndim == 1:
            actions = actions[:, None]
        if actions.ndim != 2 or not actions.size or not np.isfinite(actions).all():
            raise UnusableSourceError(
                f"{name} of {self.path} has actions of shape {actions.shape}; expected (T, A) "
                "finite numbers",
                self.path,
            )
        return actions

    def _episode(self, name: str) -> ForeignEpisode:
        actions = self._actions(name)
        observations, images = self._observations(name, len(actions))
        rewards = self._column(name, "rewards")
        text = self._file.attribute("episode_info", f"data/{name}")
        info = own_info(text, len(actions), observations)
        interventions = self._column(name, "interventions")
        states = self._array(name, "states")
        # What Isaac Lab's recorder attaches to a demonstration.
        mark = self._file.attribute("success", f"data/{name}")
        success = None if mark is None or isinstance(mark, str) else bool(mark)
        if success is None and rewards is not None and self._sparse:
            success = bool((rewards > 0).any())
        return ForeignEpisode(
            name=name,
            task=self.task,
            observations=observations,
            actions=actions if info is None else actions.astype(np.float32),
            success=success,
            rewards=rewards,
            dones=self._column(name, "dones"),
            states=None if states is None else states.reshape(len(states), -1),
            interventions=None if interventions is None else interventions.astype(np.bool_),
            images=images,
            info=info,
        )

    def _observations(
        self, name: str, steps: int
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Fields {key: (T, size)} and images {key: (T, height, width, 3)}."""
        fields: dict[str, np.ndarray] = {}
        images: dict[str, np.ndarray] = {}
        for key in self._file.names(f"data/{name}/obs"):
            place = f"data/{name}/obs/{key}"
            if not self._file.is_dataset(place):
                self._note(f"observation {key!r} is a group of others and was left out")
                continue
            dataset = self._file.member(place)
            shape, kind = dataset.shape, dataset.dtype.kind
            if kind not in "biuf":
                self._note(f"observation {key!r} holds no numbers and was left out")
            elif len(shape) == 4 and shape[3] == 3 and kind == "u":
                if self._images:
                    images[key] = self._file.read(place)
            elif len(shape) in (1, 2):
                fields[key] = self._file.read(place).reshape(shape[0], -1)
            else:
                self._note(f"observation {key!r} of shape {shape[1:]} was left out")
        if not fields:
            raise UnusableSourceError(
                f"{name} of {self.path} has no state observations in 'obs'; robomimic's script "
                "dataset_states_to_obs.py adds them to a raw file",
                self.path,
            )
        for key, values in {**fields, **images}.items():
            if len(values) != steps:
                raise UnusableSourceError(
                    f"{name} of {self.path} has {len(values)} rows of {key!r} for {steps} actions",
                    self.path,
                )
        return fields, images

    def _array(self, name: str, key: str) -> np.ndarray | None:
        place = f"data/{name}/{key}"
        return self._file.read(place) if self._file.is_dataset(place) else None

    def _column(self, name: str, key: str) -> np.ndarray | None:
        values = self._array(name, key)
        return None if values is None else values.reshape(-1)

    def _rewards_are_sparse(self) -> bool:
        """Whether rewards are 0 or 1 and at least one is 1: only then do they mark successes."""
        earned = False
        for name in self._demonstrations:
            rewards = self._column(name, "rewards")
            if rewards is None or not np.isin(rewards, (0, 1)).all():
                return False
            earned = earned or bool((rewards == 1).any())
        return earned

    def _rate(self, environment: dict[str, Any]) -> float:
        arguments = environment.get("env_kwargs")
        if isinstance(arguments, dict):
            for key in ("control_freq", "control_rate"):
                rate = arguments.get(key)
                if isinstance(rate, int | float) and 0 < rate < 1e6:
                    return float(rate)
        self._note(
            f"the file does not tell its control rate; {DEFAULT_RATE:g} Hz was taken, "
            "--rate replaces it"
        )
        return DEFAULT_RATE

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)


def _sorted(names: list[str], path: Path) -> list[str]:
    """Demonstrations by number; an error if there are none."""
    found = [name for name in names if re.fullmatch(r"[A-Za-z]+_[0-9]{1,9}", name)]
    if not found:
        raise UnusableSourceError(
            f"{path} has no demonstrations called demo_0, demo_1, … in 'data'", path
        )
    return sorted(found, key=lambda name: int(name.rpartition("_")[2]))


def _environment(file: VettedFile) -> dict[str, Any]:
    text = file.attribute("env_args", "data")
    try:
        values = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        values = {}
    return values if isinstance(values, dict) else {}

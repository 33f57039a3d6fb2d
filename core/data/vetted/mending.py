"""Reads recordings that lack something which follows from the rest.

What can be mended: the mark and version of the format, the number of steps, the name (it is the
file's), the end mark, and the attributes that robomimic's loader wants. Numbers that were measured
are never made up.
"""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from core.data.episode import Episode, info_from_json
from core.data.errors import DamagedRecordingError, InvalidEpisodeError
from core.data.layout import DEMONSTRATION, FORMAT, FORMAT_VERSION
from core.data.vetted.reader import _attribute, _Budget, _damaged, _member, _opened

ARRAYS = ("actions", "rewards", "states", "interventions")


def read_mended(path: Path) -> tuple[Episode, tuple[str, ...]]:
    """The recording, mended in memory, and what was wrong with it; nothing for a good one.

    Raises what :func:`core.data.read_episode` raises when more than that is missing.
    """
    flaws: list[str] = []
    with _opened(path) as file:
        demonstration = _member(file, DEMONSTRATION, h5py.Group, path)
        values = _description(file, demonstration, path, flaws)
        budget = _Budget(path)
        arrays = {name: budget.read(demonstration, name) for name in ARRAYS}
        T = len(arrays["actions"])
        if values.get("steps") != T:
            flaws.append(f"its description says {values.get('steps')!r} steps, it holds {T}")
            values["steps"] = T
        if values.get("identifier") != path.stem:
            flaws.append(f"it says that it is {values.get('identifier')!r}: rename it back")
            values["identifier"] = path.stem
        try:
            info = info_from_json(values)
        except InvalidEpisodeError as error:
            raise DamagedRecordingError(f"{path} is damaged: {error}", path) from error
        arrays["dones"] = _dones(demonstration, budget, T, flaws)
        _robomimic(file, demonstration, T, path, flaws)
        group = _member(demonstration, "obs", h5py.Group, path)
        observations = {name: budget.read(group, name) for name in info.fields}
        pictures = {name: budget.read(group, name) for name in info.images}
    arrays["interventions"] = arrays["interventions"].astype(np.bool_)
    try:
        episode = Episode(info=info, observations=observations, images=pictures, **arrays)
    except InvalidEpisodeError as error:
        raise DamagedRecordingError(f"{path} is damaged: {error}; delete it", path) from error
    return episode, tuple(flaws)


def _description(
    file: h5py.File, demonstration: h5py.Group, path: Path, flaws: list[str]
) -> dict[str, Any]:
    text = _attribute(demonstration, "episode_info", path)
    mark, version = _attribute(file, "format", path), _attribute(file, "format_version", path)
    if text is None or (mark not in (None, FORMAT)) or (version not in (None, FORMAT_VERSION)):
        # Somebody else's, or of a later version: there is nothing here to mend.
        from core.data.vetted.reader import read_info

        read_info(path)
        raise DamagedRecordingError(f"{path} is damaged: it has no description", path)
    if mark is None or version is None:
        flaws.append("it lacks the mark of its format")
    try:
        values = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise _damaged(path, error) from error
    if not isinstance(values, dict):
        raise DamagedRecordingError(f"{path} is damaged: its description is no object", path)
    return values


def _dones(demonstration: h5py.Group, budget: _Budget, steps: int, flaws: list[str]) -> np.ndarray:
    expected = np.zeros(steps, np.uint8)
    expected[-1:] = 1
    if b"dones" not in demonstration.id:
        flaws.append("it lacks the mark of its last step")
        return expected
    found = budget.read(demonstration, "dones")
    if found.shape != expected.shape:
        flaws.append("the mark of its last step is at another place")
        return expected
    return found


def _robomimic(
    file: h5py.File, demonstration: h5py.Group, steps: int, path: Path, flaws: list[str]
) -> None:
    """Note what robomimic's loader would miss; encoding the episode again brings it."""
    data = _member(file, "data", h5py.Group, path)
    for owner, name in ((data, "total"), (demonstration, "num_samples")):
        if _attribute(owner, name, path) != steps:
            flaws.append(f"the number of steps for robomimic ({name}) is missing or wrong")
    if not isinstance(_attribute(data, "env_args", path), str):
        flaws.append("the description for robomimic (env_args) is missing")

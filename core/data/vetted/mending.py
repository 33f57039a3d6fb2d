"""Reads recordings that lack something which follows from the rest.

What can be mended: the mark and version of the format, the number of steps, the name (that of the
file), the end mark, and the attributes that robomimic's loader wants. Measured numbers are never
made up.
"""

from pathlib import Path
from typing import Any

import numpy as np

from core.data.episode import Episode, end_mark
from core.data.errors import DamagedRecordingError
from core.data.layout import ARRAYS, DEMONSTRATION, FORMAT, FORMAT_VERSION
from core.data.vetted.hdf5_file import VettedFile
from core.data.vetted.reader import assembled, checked_info, description_of, info_of


def read_mended(path: Path) -> tuple[Episode, tuple[str, ...]]:
    """The recording, mended in memory, and what was wrong with it: () for a good one.

    Raises what :func:`core.data.read_episode` raises when more than that is missing.
    """
    flaws: list[str] = []
    with VettedFile(path) as file:
        values = _description(file, flaws)
        arrays = {name: file.read(f"{DEMONSTRATION}/{name}") for name in ARRAYS if name != "dones"}
        T = len(arrays["actions"])
        if values.get("steps") != T:
            flaws.append(f"its description says {values.get('steps')!r} steps, it holds {T}")
        if values.get("identifier") != path.stem:
            flaws.append(f"it says that it is {values.get('identifier')!r}: rename it back")
        info = checked_info(file, values | {"steps": T, "identifier": path.stem})
        arrays["dones"] = _dones(file, T, flaws)
        for group, name in (("data", "total"), (DEMONSTRATION, "num_samples")):
            if file.attribute(name, group) != T:
                flaws.append(f"the number of steps for robomimic ({name}) is missing or wrong")
        if not isinstance(file.attribute("env_args", "data"), str):
            flaws.append("the description for robomimic (env_args) is missing")
        return assembled(file, info, arrays), tuple(flaws)


def _description(file: VettedFile, flaws: list[str]) -> dict[str, Any]:
    mark, version = file.attribute("format"), file.attribute("format_version")
    described = file.find(DEMONSTRATION) and file.attribute("episode_info", DEMONSTRATION)
    if not described or mark not in (None, FORMAT) or version not in (None, FORMAT_VERSION):
        info_of(file)  # which raises for a file of another program or of a later version
        raise DamagedRecordingError(f"{file.path} is damaged: it has no description", file.path)
    if mark is None or version is None:
        flaws.append("it lacks the mark of its format")
    return description_of(file)


def _dones(file: VettedFile, steps: int, flaws: list[str]) -> np.ndarray:
    expected = end_mark(steps)
    place = f"{DEMONSTRATION}/dones"
    if file.find(place) is None:
        flaws.append("it lacks the mark of its last step")
        return expected
    found = file.read(place)
    if found.shape != expected.shape:
        flaws.append("the mark of its last step is at another place")
        return expected
    return found

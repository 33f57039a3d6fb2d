"""Names and shapes of LeRobot's dataset format 3.0.

Source: https://github.com/huggingface/lerobot, `src/lerobot/datasets`; one folder of Parquet
tables and JSON:

```
meta/info.json  meta/stats.json  meta/tasks.parquet  meta/episodes/chunk-000/file-000.parquet
data/chunk-000/file-000.parquet  videos/<key>/chunk-000/file-000.mp4
```
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

VERSION = "v3.0"
INFO = "meta/info.json"
STATISTICS = "meta/stats.json"
TASKS = "meta/tasks.parquet"
EPISODES = "meta/episodes/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
DATA = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
CHUNK_FILES = 1000
"""Files in a folder `chunk-…`."""
DATA_MEGABYTES = 100
"""A data file that has grown to this is followed by another [MiB]."""

STATE = "observation.state"
IMAGES = "observation.images."
ACTION = "action"
OWN_STATES = "simulator_state"
"""Column of our own: states from which the simulator replays."""
OWN_INTERVENTIONS = "intervention"
"""Column of our own: where a person had taken over."""
OWN_INFO = "act_jepa_studio/episode_info"
"""Column of our own among the episodes' descriptions: everything the format has no place for."""

FRAME_COLUMNS: dict[str, str] = {
    "timestamp": "float32",
    "frame_index": "int64",
    "episode_index": "int64",
    "index": "int64",
    "task_index": "int64",
}
"""Columns that every dataset has, and their types."""


def entry_names(fields: Mapping[str, int]) -> list[str]:
    """Names of the entries of a state packed from `fields` {name: size}: ``goal[0]`` …"""
    return [f"{name}[{entry}]" for name, size in fields.items() for entry in range(size)]


def fields_of(names: Sequence[str]) -> dict[str, int]:
    """The inverse of :func:`entry_names`; {} for names that were not made by it."""
    fields: dict[str, int] = {}
    for name in names:
        match = re.fullmatch(r"(.+)\[([0-9]{1,6})\]", name)
        if match is None or int(match[2]) != fields.get(match[1], 0):
            return {}
        fields.pop(match[1], None)  # to the end: a field that was interrupted would be mixed up
        fields[match[1]] = int(match[2]) + 1
    return fields if entry_names(fields) == list(names) else {}


def flat_names(names: Any) -> list[str]:
    """Entry names as a list: older datasets have a table of lists, or nothing."""
    if isinstance(names, Mapping):
        return [str(n) for part in names.values() for n in (part if isinstance(part, list) else [])]
    return [str(name) for name in names] if isinstance(names, list) else []


def image_key(name: str) -> str:
    """LeRobot's key for images called `name` here: ``workspace_image`` is ``…images.workspace``."""
    return IMAGES + name.removesuffix("_image")


def image_name(key: str) -> str:
    """The inverse of :func:`image_key`."""
    return key.removeprefix(IMAGES).removeprefix("observation.") + "_image"

"""What a list shows of an episode, and how thousands of such rows are kept in one file."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, nan
from pathlib import Path
from typing import Any

import numpy as np

from core.data.episode import Episode, EpisodeInfo, info_from_json, info_to_json
from core.data.errors import InvalidEpisodeError
from core.data.quality import action_counts, measure_quality, position_of

Point = tuple[float, float, float]
_SHARED = ("versions", "fields", "model_hash", "task", "operator", "images", "action_units")
"""Parts of a description that are the same in most episodes of a folder."""

_UNKNOWN = EpisodeInfo(
    identifier="",
    task="",
    success=None,
    operator="",
    control_rate=1.0,
    measured_rate=None,
    seed=None,
    created="",
    steps=0,
    model_hash="none",
    versions={},
    fields=(),
)


@dataclass(frozen=True)
class EpisodeEntry:
    """One file of a library: either described, or with the reason why it cannot be."""

    path: Path
    """Where it lies."""
    info: EpisodeInfo | None
    """The description; None if the file cannot be read."""
    problem: str | None
    """Why it cannot be read; None if it can."""

    @property
    def identifier(self) -> str:
        """Name of the file without its ending, also when it is broken."""
        return self.path.stem


@dataclass(frozen=True)
class EpisodeRow(EpisodeEntry):
    """An entry with what was measured on its arrays; a broken file has a problem and no numbers."""

    idle: float = nan
    """Part of the steps without any motion command, 0 to 1."""
    roughness: float = nan
    """Root mean square change of the motion command in a control step."""
    jerk: float = nan
    """Root mean square jerk of the end effector [m/s³]; NaN where it was not recorded."""
    path_length: float = nan
    """Length of the end effector's path [m]; NaN where it was not recorded."""
    start: Point | None = None
    """Where the object, or else the end effector, was at the first step [m]."""
    goal: Point | None = None
    """The goal's position at the last step [m]; None for tasks without one."""
    counts: str = ""
    """How often each action took which value; read it with `action_counts`."""
    passing: bool = False
    """Whether the problem may be this machine's, such as a permission: it is tried again later."""
    damaged: bool = False
    """Whether it is a recording that is cut short or destroyed, and not something else."""

    @property
    def known(self) -> EpisodeInfo:
        """The description; that of a broken file has no steps and empty texts."""
        return self.info or _UNKNOWN

    @property
    def action_counts(self) -> np.ndarray:
        """(A, bins) int64: how often each action fell into each part of [-1, 1]."""
        size, _, text = self.counts.partition(":")
        if not size:
            return np.zeros((0, 0), np.int64)
        flat = np.frombuffer(base64.b64decode(text), np.uint16)
        return flat.astype(np.int64).reshape(int(size), -1)


def row_of(path: Path, episode: Episode) -> EpisodeRow:
    """The row of an episode that was read from `path`."""
    quality = measure_quality(episode)
    counts = np.minimum(action_counts(episode.actions), 65535).astype(np.uint16)  # (A, bins)
    return EpisodeRow(
        path=path,
        info=episode.info,
        problem=None,
        idle=quality.idle,
        roughness=quality.roughness,
        jerk=quality.jerk,
        path_length=quality.path,
        start=position_of(episode, 0, "object_position", "end_effector_position"),
        goal=position_of(episode, -1, "goal_position"),
        counts=f"{len(counts)}:{base64.b64encode(counts.tobytes()).decode()}",
    )


def row_to_json(row: EpisodeRow) -> dict[str, Any]:
    """The row, without its folder, as values that JSON can hold."""
    if row.info is None:
        return {"problem": row.problem, "passing": row.passing, "damaged": row.damaged}
    numbers = (row.idle, row.roughness, row.jerk, row.path_length)
    return {
        "info": info_to_json(row.info),
        "numbers": [value if isfinite(value) else None for value in numbers],
        "start": row.start,
        "goal": row.goal,
        "counts": row.counts,
    }


def row_from_json(path: Path, values: Mapping[str, Any]) -> EpisodeRow:
    """The inverse of :func:`row_to_json`; :class:`InvalidEpisodeError` if it makes no sense."""
    try:
        if "info" not in values:
            return EpisodeRow(
                path,
                None,
                str(values["problem"])[:2000],
                passing=bool(values["passing"]),
                damaged=bool(values["damaged"]),
            )
        idle, roughness, jerk, length = (
            nan if value is None else float(value) for value in values["numbers"]
        )
        return EpisodeRow(
            path=path,
            info=info_from_json(values["info"]),
            problem=None,
            idle=idle,
            roughness=roughness,
            jerk=jerk,
            path_length=length,
            start=_point(values["start"]),
            goal=_point(values["goal"]),
            counts=_counts(values["counts"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InvalidEpisodeError(f"a row of the index makes no sense ({error!r})") from error


def pack(values: dict[str, Any], shared: dict[str, int]) -> dict[str, Any]:
    """`values` of :func:`row_to_json` without what most rows of a folder have in common.

    `shared` {JSON of that: its number} grows by what is new.
    """
    if "info" not in values:
        return values
    text = json.dumps({key: values["info"][key] for key in _SHARED})
    own = {key: value for key, value in values["info"].items() if key not in _SHARED}
    return values | {"info": own, "shared": shared.setdefault(text, len(shared))}


def unpack(values: dict[str, Any], shared: list[dict[str, Any]]) -> dict[str, Any]:
    """The inverse of :func:`pack`."""
    if "info" not in values:
        return values
    return values | {"info": values["info"] | shared[values["shared"]]}


def _point(values: Any) -> Point | None:
    if values is None:
        return None
    x, y, z = (float(value) for value in values)
    return x, y, z


def _counts(text: Any) -> str:
    """The text, if `EpisodeRow.action_counts` can read it."""
    if not isinstance(text, str):
        raise TypeError("counts are no text")
    size, _, body = text.partition(":")
    if size:
        # Four signs hold three bytes; only the shape is looked at, ten thousand rows are many.
        stored = len(body) // 4 * 3 - body[-2:].count("=")
        if not 0 < int(size) <= 4096 or stored % (2 * int(size)) or len(body) % 4:
            raise binascii.Error("counts of another shape")
    return text

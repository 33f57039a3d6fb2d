"""Episodes of other programs, whichever format they come in."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from core.data import Episode, EpisodeInfo, InvalidEpisodeError
from core.data.episode import info_from_json
from core.data.layout import ARRAYS
from core.exchange.errors import UnusableSourceError
from core.spec import Actions

GRIPPER = "gripper"
"""Name by which learning knows an action that is open or closed and nothing between."""


@dataclass(frozen=True)
class ForeignEpisode:
    """One episode as its file holds it; T control steps."""

    name: str
    """What its file calls it."""
    task: str
    """Name of the task."""
    observations: dict[str, np.ndarray]
    """{field: (T, size)}"""
    actions: np.ndarray
    """(T, A), in the robot's own units, or commands where `info` says what they mean."""
    success: bool | None
    """Whether the task was solved; None if the file does not tell."""
    rewards: np.ndarray | None = None
    """(T,); None if the file has none."""
    dones: np.ndarray | None = None
    """(T,); None if the file has none."""
    states: np.ndarray | None = None
    """Simulator states (T, S); None if the file has none."""
    interventions: np.ndarray | None = None
    """(T,); None if the file has none."""
    images: dict[str, np.ndarray] = field(default_factory=dict)
    """{name: (T, height, width, 3)} uint8"""
    info: EpisodeInfo | None = None
    """Our own description, where the episode was exported by this program."""


class Source(Protocol):
    """A file or folder with episodes of another program, open for reading."""

    path: Path
    """Where it lies."""
    control_rate: float
    """Control steps per second [Hz]."""
    action_names: tuple[str, ...]
    """What the file calls the entries of an action; () if it does not name them."""
    notes: list[str]
    """What was left out, as sentences."""

    def __len__(self) -> int:
        """Number of episodes."""

    def actions(self) -> Iterator[np.ndarray]:
        """The actions (T, A) of each episode, in the robot's own units."""

    def episodes(self) -> Iterator[ForeignEpisode]:
        """The episodes, one after the other."""


def units_of(source: Source) -> Actions:
    """How the actions of all episodes of a source become commands in [-1, 1].

    Actions that already are commands stay as they are; others are mapped from the range that
    they span, entry by entry. Raises :class:`UnusableSourceError` if their lengths differ or that
    range is not finite.
    """
    ranges: list[tuple[np.ndarray, np.ndarray]] = []
    levels: list[set[float]] = []
    for actions in source.actions():
        levels = levels or [set() for _ in range(actions.shape[1])]
        if actions.shape[1] != len(levels):
            raise UnusableSourceError(
                f"{source.path} has actions of {actions.shape[1]} entries and of {len(levels)}; "
                "import data of one robot at a time",
                source.path,
            )
        ranges.append((actions.min(axis=0), actions.max(axis=0)))
        for entry, known in enumerate(levels):
            if len(known) <= 2:  # three values are as many as a thousand
                known.update(np.unique(actions[:, entry])[:3].tolist())
    if not ranges:
        return Actions(())
    lowest = np.min([low for low, _ in ranges], axis=0)  # (A,)
    highest = np.max([high for _, high in ranges], axis=0)
    offset, scale = np.zeros(len(levels)), np.ones(len(levels))
    if max(abs(lowest).max(), abs(highest).max()) > 1.0:
        offset = (lowest + highest) / 2
        scale = np.where(highest > lowest, (highest - lowest) / 2, 1.0)
    binary = [len(known) == 2 for known in levels]
    try:
        return Actions(
            _names(source.action_names, binary),
            offset=tuple(map(float, offset)),
            scale=tuple(map(float, scale)),
        )
    except ValueError as error:
        raise UnusableSourceError(f"{source.path}: {error}", source.path) from error


def _names(given: tuple[str, ...], binary: list[bool]) -> tuple[str, ...]:
    """A name for each action; only one that is open or closed may be called a gripper."""
    if not given:
        names = [f"action_{entry}" for entry in range(len(binary))]
        if sum(binary) == 1:
            names[binary.index(True)] = GRIPPER
        return tuple(names)
    return tuple(
        f"{name}_position" if name == GRIPPER and not two else name
        for name, two in zip(given, binary, strict=True)
    )


def arrays_of(episode: Episode | ForeignEpisode) -> dict[str, np.ndarray]:
    """All arrays that `episode` has: `actions`, …, `observations/goal_position`, `images/…`."""
    columns = {name: getattr(episode, name) for name in ARRAYS}
    arrays = {name: values for name, values in columns.items() if values is not None}
    arrays |= {f"observations/{name}": rows for name, rows in episode.observations.items()}
    return arrays | {f"images/{name}": pictures for name, pictures in episode.images.items()}


def identifier_of(source: Path, name: str) -> str:
    """A plain file name for an episode called `name` in `source`."""
    plain = re.sub(r"[^0-9A-Za-z_-]+", "-", f"{source.stem}-{name}").strip("-_")
    return plain[-100:].lstrip("-_") or "episode"


def own_info(text: object, steps: int, observations: dict[str, np.ndarray]) -> EpisodeInfo | None:
    """Our description, if this program wrote the episode of `steps` and it is unchanged.

    `text` is what the file holds in its place; None for anything that does not fit.
    """
    if not isinstance(text, str):
        return None
    try:
        info = info_from_json(json.loads(text))
    except (ValueError, TypeError, AttributeError, RecursionError, InvalidEpisodeError):
        return None
    return info if info.steps == steps and set(info.fields) == set(observations) else None

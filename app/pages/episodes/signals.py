"""What is plotted along the timeline of an episode."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data import Episode

MOST = 8
"""Curves of one lane: there are no more colours."""
FIELDS = 4
"""Lanes of another robot's observations: with more of them none could be read."""


@dataclass(frozen=True)
class Lane:
    """Curves that share a place and a scale."""

    title: str
    """What they are."""
    curves: tuple[tuple[str, np.ndarray], ...]
    """Name and values (T,) of each."""
    low: float
    """Value at the foot of the lane."""
    high: float
    """Value at its top."""
    color: int = 0
    """Place of the first curve's colour among the theme's series."""
    explained: bool = True
    """Whether its curves are named in the legend."""


def lanes_of(episode: Episode) -> tuple[Lane, ...]:
    """Actions, and the distances [m] that say how far the task is; of another robot, its fields."""
    actions, units = episode.actions, episode.info.action_units
    if not episode.info.simulated or units is not None:
        names = units.names if units is not None else [str(n) for n in range(actions.shape[1])]
        lane = Lane("actions", _named(names[:MOST], actions), *_scale(actions))
        return (lane, *_fields(episode))
    if actions.shape[1] == 7:
        lanes = [
            Lane("Move", _named("xyz", actions[:, :3]), -1.0, 1.0),
            Lane("Turn", _named(("roll", "pitch", "yaw"), actions[:, 3:6]), -1.0, 1.0),
            Lane("Grip", _named(("gripper",), actions[:, 6:]), -1.0, 1.0, explained=False),
        ]
    else:
        names = [f"action {number}" for number in range(min(MOST, actions.shape[1]))]
        lanes = [Lane("Actions", _named(names, actions), -1.0, 1.0)]
    distances = _distances(episode)
    if distances:
        high = max(float(values.max()) for _, values in distances)
        lanes.append(Lane("Distance", tuple(distances), 0.0, max(high, 0.01), color=3))
    return tuple(lanes)


def _distances(episode: Episode) -> list[tuple[str, np.ndarray]]:
    fields = {
        "hand": episode.observations.get("end_effector_position"),
        "object": episode.observations.get("object_position"),
        "goal": episode.observations.get("goal_position"),
    }
    pairs = [("hand", "object"), ("object", "goal")]
    found = []
    for first, second in pairs if fields["object"] is not None else [("hand", "goal")]:
        a, b = fields[first], fields[second]
        if a is not None and b is not None and a.shape == b.shape:
            found.append((f"{first} to {second}", np.linalg.norm(a - b, axis=-1)))
    return found


def _fields(episode: Episode) -> list[Lane]:
    """The first observation fields in which anything changes."""
    lanes: list[Lane] = []
    for name, values in episode.observations.items():
        if len(lanes) < FIELDS and np.ptp(values, axis=0).any():
            curves = _named([f"{name} {n}" for n in range(min(MOST, values.shape[1]))], values)
            lanes.append(Lane(name, curves, *_scale(values[:, :MOST]), explained=False))
    return lanes


def _scale(values: np.ndarray) -> tuple[float, float]:
    """Least and largest of some values; apart from each other where all are the same."""
    low, high = float(values.min(initial=np.inf)), float(values.max(initial=-np.inf))
    return (low, high) if low < high else (low - 1.0, low + 1.0) if low == high else (-1.0, 1.0)


def _named(names: Sequence[str], values: np.ndarray) -> tuple[tuple[str, np.ndarray], ...]:
    return tuple((name, values[:, number]) for number, name in enumerate(names))

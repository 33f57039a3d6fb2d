"""What is plotted along the timeline of an episode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.recording import Episode

MOST = 8
"""Curves of one lane: there are no more colours."""


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


def lanes_of(episode: Episode) -> tuple[Lane, ...]:
    """Actions, and the distances [m] that say how far the task is."""
    actions = episode.actions
    if actions.shape[1] == 7:
        lanes = [
            Lane("Move", _named("xyz", actions[:, :3]), -1.0, 1.0),
            Lane("Turn", _named(("roll", "pitch", "yaw"), actions[:, 3:6]), -1.0, 1.0),
            Lane("Grip", _named(("gripper",), actions[:, 6:]), -1.0, 1.0),
        ]
    else:
        names = [f"action {number}" for number in range(min(MOST, actions.shape[1]))]
        low, high = _range([actions]) if actions.size else (-1.0, 1.0)
        lanes = [Lane("Actions", _named(names, actions[:, :MOST]), min(low, -1.0), max(high, 1.0))]
    distances = _distances(episode)
    if distances:
        _, high = _range([values for _, values in distances])
        lanes.append(Lane("Distance", tuple(distances), 0.0, max(high, 0.01), color=3))
    return tuple(lanes)


def _distances(episode: Episode) -> list[tuple[str, np.ndarray]]:
    fields = {
        "hand": episode.observations.get("end_effector_position"),
        "object": episode.observations.get("object_position"),
        "goal": episode.observations.get("goal_position"),
    }
    found = []
    for first, second in (("hand", "object"), ("object", "goal"), ("hand", "goal")):
        a, b = fields[first], fields[second]
        if a is None or b is None or a.shape != b.shape:
            continue
        if (first, second) == ("hand", "goal") and fields["object"] is not None:
            continue
        found.append((f"{first} to {second}", np.linalg.norm(a - b, axis=-1)))
    return found


def _named(names: object, values: np.ndarray) -> tuple[tuple[str, np.ndarray], ...]:
    assert isinstance(names, list | tuple | str)
    return tuple((name, values[:, number]) for number, name in enumerate(names))


def _range(arrays: list[np.ndarray]) -> tuple[float, float]:
    values = np.concatenate([np.ravel(array) for array in arrays])
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if len(values) else (-1.0, 1.0)

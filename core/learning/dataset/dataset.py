"""Episodes made ready to learn from: checked, normalised, on the device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import torch

from core.learning.dataset.demonstrations import Demonstrations
from core.learning.dataset.frames import frames_of
from core.learning.dataset.history import with_histories
from core.learning.dataset.normaliser import Normaliser
from core.learning.dataset.observation import Observation
from core.learning.errors import DatasetError
from core.spec import COMMAND_NAMES, Actions, Field, Spec, fields_of

FEWEST_EPISODES = 2
"""Fewer demonstrations than this give no spread to normalise by."""
FEWEST_STEPS = 2
"""A shorter episode has no transition."""
LARGEST_ACTION = 1.0 + 1e-4
"""Actions are commands in [-1, 1]; the rest is rounding."""


class EpisodeInfoLike(Protocol):
    """What learning must know about an episode."""

    @property
    def identifier(self) -> str:
        """Unique name."""

    @property
    def task(self) -> str:
        """Name of the task."""

    @property
    def control_rate(self) -> float:
        """Control steps per second [Hz]."""


class EpisodeLike(Protocol):
    """Anything with the arrays of one demonstration."""

    @property
    def info(self) -> EpisodeInfoLike:
        """What is known of the episode."""

    @property
    def observations(self) -> Mapping[str, np.ndarray]:
        """{field: (T, size)}, row t seen before action t."""

    @property
    def actions(self) -> np.ndarray:
        """Executed actions (T, A)."""

    # Optional: `images` {camera: (T, height, width, 3) uint8}, which may be mapped into memory; and
    # `fields`, a sequence of `core.spec.Field` that says what observations and images are. Without
    # it their vectors are scalars, about which nothing is assumed.


@dataclass(frozen=True)
class Dataset:
    """Demonstrations of one task, normalised. Owns the tensors that training reads."""

    spec: Spec
    """Fields, actions, task and control rate."""
    normaliser: Normaliser
    """Statistics by which the observations were scaled."""
    rows: Demonstrations
    """All scaled data: the demonstrations, and then what is not imitated, such as replays."""

    @cached_property
    def demonstrations(self) -> Demonstrations:
        """The episodes that a policy may imitate, at least in part."""
        return self.rows if self.rows.imitated is None else self.rows.chosen(self.rows.imitable())

    @classmethod
    def from_episodes(
        cls,
        episodes: Sequence[EpisodeLike],
        *,
        device: torch.device | str = "cpu",
        action_names: Sequence[str] | None = None,
        replays: Sequence[EpisodeLike] = (),
        histories: Mapping[str, int] = MappingProxyType({}),
    ) -> Dataset:
        """Check, normalise and pack `episodes`.

        `action_names` defaults to those of the episodes' `info.action_units`, where they have
        such, then to the seven command names, or ``action_0`` … for other sizes. `replays` are
        episodes of the same kind that only encoder and predictor learn from. `histories` {field:
        frames} adds a field of the last frames of each of those that the episodes have.
        Raises `DatasetError` in one sentence for too few episodes, mixed tasks, control rates,
        fields or shapes, numbers that are not finite and actions outside [-1, 1].
        """
        _need(
            len(episodes) >= FEWEST_EPISODES,
            f"{len(episodes)} episode(s) given; training needs at least {FEWEST_EPISODES} "
            "demonstrations of the same task: record more, or choose more.",
        )
        _check_same([*episodes, *replays])
        for episode in (*episodes, *replays):
            _check_arrays(episode, episodes[0])
        fields = _fields(episodes[0])
        fields += tuple(f.remembered(histories[f.name]) for f in fields if f.name in histories)
        action_size = episodes[0].actions.shape[1]
        units = _action_units(episodes)
        usual: tuple[str, ...] = COMMAND_NAMES
        if action_size != len(COMMAND_NAMES):
            usual = tuple(f"action_{i}" for i in range(action_size))
        names = usual if units is None else tuple(units.names)
        if action_names is not None:
            names = tuple(action_names)
        _need(
            len(names) == action_size,
            f"{len(names)} action names given for actions of size {action_size}.",
        )
        spec = Spec(
            task=episodes[0].info.task,
            control_rate=float(episodes[0].info.control_rate),
            fields=fields,
            senses=tuple(field.name for field in fields),
            actions=_actions(episodes, names, units),
        )
        seen = [with_histories(seen_in(episode), fields) for episode in episodes]
        normaliser = Normaliser.of(fields, seen)
        return cls(spec, normaliser, packed(episodes, replays, spec, normaliser).to(device))

    def to(self, device: torch.device | str) -> Dataset:
        """The same data on `device`."""
        return replace(self, rows=self.rows.to(device))

    def __len__(self) -> int:
        """Number of demonstrations."""
        return len(self.demonstrations)


def _need(condition: bool, otherwise: str) -> None:
    if not condition:
        raise DatasetError(otherwise)


def packed(
    demonstrations: Sequence[EpisodeLike],
    replays: Sequence[EpisodeLike],
    spec: Spec,
    normaliser: Normaliser,
) -> Demonstrations:
    """The episodes one after the other, normalised; of replays nothing is imitated."""
    episodes = (*demonstrations, *replays)
    imitated = sum(len(e.actions) for e in demonstrations)
    seen = [with_histories(seen_in(episode), spec.fields) for episode in episodes]
    names = normaliser.mean
    vectors = [{n: rows for n, rows in each.items() if n in names} for each in seen]
    observations = Observation.cat([normaliser.apply(each) for each in vectors])
    cameras = [name for name in seen[0] if name not in names]
    observations = observations.with_images(
        {name: frames_of([each[name] for each in seen]) for name in cameras}
    )
    actions = np.concatenate([e.actions for e in episodes]).astype(np.float32)
    return Demonstrations(
        observations,
        torch.from_numpy(actions).clamp(-1.0, 1.0),
        tuple(len(e.actions) for e in episodes),
        tuple(e.info.identifier for e in episodes),
        torch.arange(len(actions)) < imitated if replays else None,
    )


def seen_in(episode: EpisodeLike) -> dict[str, np.ndarray]:
    """Everything that an episode has seen: its observations and then its images."""
    return {**episode.observations, **getattr(episode, "images", {})}


def _action_units(episodes: Sequence[EpisodeLike]) -> Any:
    """Names, offset and scale of another robot's actions; None where there are none."""
    units = [getattr(episode.info, "action_units", None) for episode in episodes]
    for episode, given in zip(episodes, units, strict=True):
        _need(
            given == units[0],
            f"episode {episode.info.identifier} has its actions in other units than "
            f"{episodes[0].info.identifier}; import the episodes together, in one command.",
        )
    return units[0]


def _fields(episode: EpisodeLike) -> tuple[Field, ...]:
    """The fields of an episode, scalars where it does not say what they are."""
    known = {field.name: field for field in getattr(episode, "fields", ())}
    return fields_of(seen_in(episode), known)


def _actions(episodes: Sequence[EpisodeLike], names: tuple[str, ...], units: Any) -> Actions:
    """What the actions called `names` are.

    Without `units` they command the bundled arm, if the episodes say what their fields are: where
    nothing is known of these, they cannot be rotated along with the actions.
    """
    levels = _gripper_levels(episodes, names)
    if units is None:
        known = bool(getattr(episodes[0], "fields", ()))
        return Actions(names, frame="world" if known else "robot", gripper_levels=levels)
    return Actions(
        names,
        unit="the robot's own",
        gripper_levels=levels,
        offset=tuple(units.offset),
        scale=tuple(units.scale),
    )


def _gripper_levels(episodes: Sequence[EpisodeLike], names: tuple[str, ...]) -> tuple[float, float]:
    """Medians of the opening and of the closing gripper commands; of all where one is missing.

    Fingers held nearly closed are as much a choice as a grasp; what is executed is the level that
    was demonstrated.
    """
    if "gripper" not in names:
        return -1.0, 1.0
    commands = np.concatenate([e.actions[:, names.index("gripper")] for e in episodes])
    opening, closing = commands[commands <= 0], commands[commands > 0]
    opened = np.median(opening if opening.size else commands)
    closed = np.median(closing if closing.size else commands)
    return float(opened), float(closed)


def _check_same(episodes: Sequence[EpisodeLike]) -> None:
    """All episodes must be of one task, one control rate and one set of fields."""
    tasks = sorted({e.info.task for e in episodes})
    _need(
        len(tasks) == 1,
        f"the episodes are of different tasks ({', '.join(tasks)}); choose those of one task.",
    )
    rates = sorted({float(e.info.control_rate) for e in episodes})
    _need(
        len(rates) == 1,
        f"the episodes have different control rates ({', '.join(f'{r:g}' for r in rates)} Hz); "
        "choose episodes of one rate.",
    )
    _need(
        rates[0] > 0,
        f"the episodes declare a control rate of {rates[0]:g} Hz; it must be > 0.",
    )
    identifiers: set[str] = set()
    first = episodes[0]
    shapes = shapes_of(first)
    for episode in episodes:
        name = episode.info.identifier
        _need(name not in identifiers, f"episode {name} is given twice; choose each episode once.")
        identifiers.add(name)
        given = shapes_of(episode)
        differing = [key for key in {*given, *shapes} if given.get(key) != shapes.get(key)]
        _need(
            given == shapes,
            f"episode {name} has other observation fields than {first.info.identifier} "
            f"(they differ in {', '.join(sorted(differing))}); choose episodes recorded alike.",
        )
        _need(
            np.shape(episode.actions)[1:] == np.shape(first.actions)[1:],
            f"episode {name} has actions of shape {np.shape(episode.actions)}, "
            f"{first.info.identifier} of shape {np.shape(first.actions)}; choose episodes "
            "recorded alike.",
        )
    _need(bool(shapes), "the episodes have no observation fields; there is nothing to learn from.")


def shapes_of(episode: EpisodeLike) -> dict[str, tuple[int, ...]]:
    """Shape of each field at one step."""
    return {name: np.shape(rows)[1:] for name, rows in seen_in(episode).items()}


def _check_arrays(episode: EpisodeLike, first: EpisodeLike) -> None:
    """Shapes and numbers of one episode."""
    name = episode.info.identifier
    actions = np.asarray(episode.actions)
    _need(
        actions.ndim == 2 and actions.shape[1] > 0,
        f"episode {name}: actions have shape {actions.shape}; expected (T, A).",
    )
    _need(
        len(actions) >= FEWEST_STEPS,
        f"episode {name} has {len(actions)} step(s); it needs at least {FEWEST_STEPS}: discard it.",
    )
    finite = bool(np.isfinite(actions).all())
    _need(finite, f"episode {name}: actions hold NaN or infinity; discard it.")
    largest = float(np.abs(actions).max())
    _need(
        largest <= LARGEST_ACTION,
        f"episode {name}: an action of magnitude {largest:g}; actions are commands in [-1, 1].",
    )
    seen = seen_in(episode)
    for key in seen_in(first):
        array = np.asarray(seen[key])
        _need(
            array.ndim == 2 or (array.ndim == 4 and array.dtype == np.uint8),
            f"episode {name}: field '{key}' has shape {array.shape}; expected (T, size), or "
            "images (T, height, width, 3) of uint8.",
        )
        _need(
            len(array) == len(actions),
            f"episode {name}: field '{key}' has {len(array)} rows for {len(actions)} actions.",
        )
        _need(
            array.dtype == np.uint8 or bool(np.isfinite(array).all()),
            f"episode {name}: field '{key}' holds NaN or infinity; discard the episode.",
        )

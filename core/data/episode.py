"""One demonstration or rollout as plain arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from core.data.errors import InvalidEpisodeError
from core.spec import ARM, Actions, Field, fields_of

LONGEST_TEXT = 400
"""Most letters of a name in a description."""
FASTEST = 100_000
"""Highest control rate that makes sense [Hz]."""
LONGEST = 100_000_000
"""Most control steps of an episode."""


@dataclass(frozen=True)
class EpisodeInfo:
    """What is known of an episode without reading its arrays."""

    identifier: str
    """Unique, sortable by time of recording, and the stem of the file."""
    task: str
    """Name of the task."""
    success: bool | None
    """Whether the task was solved; None if unknown."""
    operator: str
    """Who drove: gamepad, keyboard, script, or the name of a policy mode such as bc."""
    control_rate: float
    """Declared control rate [Hz]."""
    measured_rate: float | None
    """Control rate that the loop really held [Hz]; None when time was simulated."""
    seed: int | None
    """Seed of the start."""
    created: str
    """When the recording ended, ISO 8601 in UTC."""
    steps: int
    """Number of control steps T."""
    model_hash: str
    """SHA-256 of the bundled model that the task loads; "none" for data of another robot."""
    versions: dict[str, str]
    """Versions of the software that recorded."""
    fields: tuple[str, ...]
    """Names of the observation fields, in the order of the task."""
    tags: tuple[str, ...] = ()
    """The person's own marks, sorted."""
    images: tuple[str, ...] = ()
    """Names of the camera images, if there are any."""
    action_units: Actions | None = None
    """Names and units of another robot's actions; None for the commands of the bundled arm."""
    declared: tuple[Field, ...] = ()
    """Fields of a declared kind. Those of the bundled arm are known by their names, and all others
    are scalars or images."""

    @property
    def duration(self) -> float:
        """Length of the episode in simulated time [s]."""
        return self.steps / self.control_rate

    @property
    def simulated(self) -> bool:
        """Whether it has states of a simulator; data of another robot has none."""
        return self.model_hash != "none"


@dataclass(frozen=True)
class Episode:
    """A sequence of T control steps; row t holds what was there before action t.

    Owns its arrays: they are made read-only when the episode is built, so that the
    window, a writer thread and a data set can share one episode without copies.
    Raises :class:`InvalidEpisodeError` when the arrays do not fit each other.
    """

    info: EpisodeInfo
    """What is known of the episode."""
    observations: dict[str, np.ndarray]
    """Observation fields without noise, each (T, size) float32, in the units of the task."""
    actions: np.ndarray
    """Executed commands (T, A) float32 in [-1, 1]."""
    rewards: np.ndarray
    """Sparse reward (T,) float32: 1 where the task was solved after the step."""
    dones: np.ndarray
    """(T,) uint8: 1 at the last step."""
    states: np.ndarray
    """Simulator states (T, S) float64 from which any view can be drawn again; S may be 0."""
    interventions: np.ndarray
    """(T,) bool: a person had taken over from a policy at this step."""
    images: dict[str, np.ndarray] = field(default_factory=dict)
    """Camera images, each (T, height, width, 3) uint8; empty if they were left unread."""

    def __post_init__(self) -> None:
        for name, value in self._validated().items():
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return self.info.steps

    @property
    def fields(self) -> tuple[Field, ...]:
        """The observation fields and then the images that were read, each with its kind."""
        known = dict(ARM) if self.info.simulated else {}
        known |= {each.name: each for each in self.info.declared}
        return fields_of({**self.observations, **self.images}, known)

    def _validated(self) -> dict[str, Any]:
        T = self.info.steps
        if T < 1:
            raise InvalidEpisodeError("an episode needs at least one control step, this has none")
        if tuple(self.observations) != tuple(self.info.fields):
            raise InvalidEpisodeError(
                f"the observation fields are {', '.join(self.observations) or 'none'}; "
                f"expected {', '.join(self.info.fields)} in this order"
            )
        if not set(self.images) <= set(self.info.images):
            raise InvalidEpisodeError(
                f"the images are {', '.join(self.images)}; expected only "
                f"{', '.join(self.info.images) or 'none'}"
            )
        units = self.info.action_units
        if units is not None and np.shape(self.actions)[1:] != (len(units.names),):
            raise InvalidEpisodeError(
                f"actions of shape {np.shape(self.actions)} for {len(units.names)} names; "
                "expected one name for each entry"
            )
        arrays: dict[str, Any] = {
            "actions": frozen(self.actions, np.float32, "actions", (T, None)),
            "rewards": frozen(self.rewards, np.float32, "rewards", (T,)),
            "dones": frozen(self.dones, np.uint8, "dones", (T,)),
            "states": frozen(self.states, np.float64, "states", (T, None)),
            "interventions": frozen(self.interventions, np.bool_, "interventions", (T,)),
            "observations": {
                name: frozen(value, np.float32, f"observation {name}", (T, None))
                for name, value in self.observations.items()
            },
            "images": {
                name: frozen(value, np.uint8, f"images {name}", (T, None, None, 3))
                for name, value in self.images.items()
            },
        }
        largest = float(np.abs(arrays["actions"]).max(initial=0.0))
        if largest > 1.0:
            raise InvalidEpisodeError(
                f"actions reach {largest:.3g}; expected executed commands within [-1, 1]"
            )
        return arrays


def frozen(
    array: np.ndarray, dtype: type[np.generic], name: str, shape: tuple[int | None, ...]
) -> np.ndarray:
    """A read-only array of the given type and shape (None: any size).

    Raises :class:`InvalidEpisodeError` if the shape differs or a number is not finite.
    """
    array = np.asarray(array)
    fits = array.ndim == len(shape) and all(
        want is None or have == want for have, want in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted = ", ".join("any" if size is None else str(size) for size in shape)
        raise InvalidEpisodeError(f"{name} has shape {array.shape}; expected ({wanted})")
    if array.dtype.kind not in "biuf":
        raise InvalidEpisodeError(f"{name} holds {array.dtype}; expected numbers")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        step = int(np.argwhere(~np.isfinite(array))[0][0])
        raise InvalidEpisodeError(f"{name} is not finite at step {step}; expected numbers")
    if array.dtype != dtype or array.flags.writeable:
        array = array.astype(dtype)  # a copy: the caller may go on writing into its own
        array.setflags(write=False)
    return array


def end_mark(steps: int) -> np.ndarray:
    """The `dones` (T,) uint8 of an episode of `steps`: 1 at the last, 0 elsewhere."""
    marks = np.zeros(steps, dtype=np.uint8)
    marks[-1:] = 1
    return marks


_KINDS: dict[str, tuple[type, ...]] = {
    "identifier": (str,),
    "task": (str,),
    "success": (bool, type(None)),
    "operator": (str,),
    "control_rate": (float, int),
    "measured_rate": (float, int, type(None)),
    "seed": (int, type(None)),
    "created": (str,),
    "steps": (int,),
    "model_hash": (str,),
    "versions": (dict,),
    "fields": (list,),
    "tags": (list,),
    "images": (list,),
}
"""{entry of a description: of what kind it is in JSON}."""
_BOUNDS = {
    "control_rate": (1e-6, FASTEST),
    "measured_rate": (0, FASTEST),  # a loop that never ran held no rate
    "steps": (1e-6, LONGEST),
}


def info_to_json(info: EpisodeInfo) -> dict[str, Any]:
    """The info as values that JSON can hold."""
    values = vars(info) | {key: list(getattr(info, key)) for key in ("fields", "tags", "images")}
    if info.action_units is not None:
        given = info.action_units.to_dict()
        values["action_units"] = {name: given[name] for name in ("names", "offset", "scale")}
    declared = [each.to_dict() for each in values.pop("declared")]
    return values | ({"declared": declared} if declared else {})


def info_from_json(values: Mapping[str, Any]) -> EpisodeInfo:
    """The inverse of :func:`info_to_json`; keys of later versions are ignored.

    Raises :class:`InvalidEpisodeError` naming the entry that is missing or of the wrong kind.
    """
    known: dict[str, Any] = {"tags": [], "images": [], **values}  # which came later than the format
    for key, allowed in _KINDS.items():
        if key not in known:
            raise InvalidEpisodeError(f"the episode's description lacks {key!r}")
        given = known[key]
        fits = isinstance(given, allowed)
        if not fits:
            raise _wrong(key, given, " or ".join(kind.__name__ for kind in allowed))
        if allowed == (str,) and (len(given) > LONGEST_TEXT or not given.isprintable()):
            raise _wrong(key, f"{given[:40]}…", f"at most {LONGEST_TEXT} printable letters")
        if allowed == (list,) and not all(isinstance(name, str) for name in given):
            raise _wrong(key, given, "names")
        least, most = _BOUNDS.get(key, (0, 0))
        if most and given is not None and not least <= given <= most:
            raise _wrong(key, given, f"{least:g} to {most:,}")
    try:
        declared = tuple(Field.from_dict(each) for each in known.get("declared", []))
        units = _units(known.get("action_units"))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise InvalidEpisodeError(
            f"'declared' or 'action_units' in the episode's description makes no sense ({error})"
        ) from error
    taken: dict[str, Any] = {
        key: tuple(known[key]) if kinds == (list,) else known[key] for key, kinds in _KINDS.items()
    }
    taken["versions"] = {str(key): str(value) for key, value in known["versions"].items()}
    return EpisodeInfo(
        **taken,
        action_units=units,
        declared=declared,
    )


def _units(values: Any) -> Actions | None:
    if values is None:
        return None
    return Actions(
        tuple(str(name) for name in values["names"]),
        offset=tuple(float(number) for number in values["offset"]),
        scale=tuple(float(number) for number in values["scale"]),
    )


def _wrong(key: str, given: Any, expected: str) -> InvalidEpisodeError:
    return InvalidEpisodeError(
        f"{key!r} in the episode's description is {given!r:.60}; expected {expected}"
    )

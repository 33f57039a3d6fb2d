"""Episodes of other programs become recordings of this one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import numpy as np

from core.data import (
    Episode,
    EpisodeInfo,
    InvalidEpisodeError,
    RecordingError,
    Workspace,
    read_episode,
    require_writable,
    software_versions,
    write_episode,
)
from core.data.episode import end_mark
from core.exchange.errors import TargetError, UnusableSourceError
from core.exchange.source import ForeignEpisode, Source, arrays_of, identifier_of, units_of
from core.spec import Actions, Kind


@dataclass(frozen=True)
class Imported:
    """One episode that was imported."""

    path: Path
    """The recording."""
    steps: int
    """Number of control steps."""
    written: bool
    """False if the very same recording was there already."""


def import_episodes(
    source: Source,
    workspace: Path | str,
    *,
    without: Sequence[str] = (),
    kinds: Mapping[str, Kind] = MappingProxyType({}),
    replace_existing: bool = False,
) -> Iterator[Imported]:
    """Write every episode of `source` into the workspace, one committed file after the other.

    The fields `without` are left out, and `kinds` {field: kind} says what others are. The notes of
    `source` name a field that only repeats the previous command: a policy that sees it learns to
    repeat its last action. An interrupted import can be repeated: what is there already is left
    alone.
    Raises :class:`UnusableSourceError` for episodes that make no sense, :class:`TargetError`
    if another recording of the same name lies there, and what writing raises.
    """
    folder = require_writable(Workspace(workspace).episodes)
    units = units_of(source)
    repeating: set[str] | None = None
    for found in source.episodes():
        foreign = _leave_out(source, found, without)
        lacking = sorted(set(kinds) - foreign.observations.keys())
        if lacking:
            raise _no_field(source, found, lacking[0])
        repeated = _repeats_commands(foreign)
        repeating = repeated if repeating is None else repeating & repeated
        try:
            episode = _declared(_episode(source, foreign, units), kinds)
        except ValueError as error:
            raise UnusableSourceError(f"{source.path}: {error}", source.path) from error
        path = folder / f"{episode.info.identifier}.hdf5"
        if path.exists() and not replace_existing:
            if not _same(path, episode):
                raise TargetError(
                    f"{path} is another recording of that name; choose another workspace, or "
                    "--replace to overwrite",
                    path,
                )
            yield Imported(path, len(episode), written=False)
        else:
            write_episode(folder, episode, replace=True)
            yield Imported(path, len(episode), written=True)
    for name in sorted(repeating or ()):
        source.notes.append(
            f"observation {name!r} is the command of the step before, which a policy learns to "
            f"repeat; --without {name} leaves it out"
        )


def _leave_out(source: Source, foreign: ForeignEpisode, names: Sequence[str]) -> ForeignEpisode:
    """The episode without the fields called `names`."""
    left = {name: rows for name, rows in foreign.observations.items() if name not in names}
    unknown = sorted(set(names) - foreign.observations.keys())
    if unknown:
        raise _no_field(source, foreign, unknown[0])
    if not left:
        raise UnusableSourceError(
            f"{foreign.name} of {source.path} would be left without any field; fields: "
            f"{', '.join(foreign.observations)}",
            source.path,
        )
    info = foreign.info
    if info is not None:
        info = replace(info, fields=tuple(name for name in info.fields if name in left))
    return replace(foreign, observations=left, info=info)


def _no_field(source: Source, foreign: ForeignEpisode, name: str) -> UnusableSourceError:
    return UnusableSourceError(
        f"{foreign.name} of {source.path} has no field {name!r}; fields: "
        f"{', '.join(foreign.observations)}",
        source.path,
    )


def _declared(episode: Episode, kinds: Mapping[str, Kind]) -> Episode:
    """The episode with the fields whose kind is given, beside those declared before."""
    declared = {field.name: field for field in episode.info.declared}
    for field in episode.fields:
        if field.name in kinds:
            declared[field.name] = replace(field, kind=kinds[field.name])
    return replace(episode, info=replace(episode.info, declared=tuple(declared.values())))


def _repeats_commands(foreign: ForeignEpisode) -> set[str]:
    """Fields that hold, at every step, the action of the step before."""
    before = foreign.actions[:-1].astype(np.float32)
    return {
        name
        for name, rows in foreign.observations.items()
        if len(before) and np.array_equal(rows[1:].astype(np.float32), before)
    }


def _episode(source: Source, foreign: ForeignEpisode, units: Actions) -> Episode:
    try:
        if foreign.info is not None:
            return _ours(foreign, foreign.info)
        return _theirs(source, foreign, units)
    except InvalidEpisodeError as error:
        raise UnusableSourceError(
            f"{foreign.name} of {source.path} is no episode: {error}", source.path
        ) from error


def _ours(foreign: ForeignEpisode, info: EpisodeInfo) -> Episode:
    """An episode that this program had exported, as it was."""
    T = info.steps
    return Episode(
        info=replace(info, images=tuple(name for name in info.images if name in foreign.images)),
        observations={name: foreign.observations[name] for name in info.fields},
        actions=foreign.actions,
        rewards=foreign.rewards if foreign.rewards is not None else np.zeros(T, np.float32),
        dones=foreign.dones if foreign.dones is not None else end_mark(T),
        states=foreign.states if foreign.states is not None else np.zeros((T, 0)),
        interventions=(
            foreign.interventions if foreign.interventions is not None else np.zeros(T, np.bool_)
        ),
        images={name: foreign.images[name] for name in info.images if name in foreign.images},
    )


def _theirs(source: Source, foreign: ForeignEpisode, units: Actions) -> Episode:
    """An episode of another robot."""
    T = len(foreign.actions)
    # The time of the file, not of the import: importing twice then gives the same bytes.
    created = datetime.fromtimestamp(source.path.stat().st_mtime, UTC)
    info = EpisodeInfo(
        identifier=identifier_of(source.path, foreign.name),
        task=foreign.task,
        success=foreign.success,
        operator="unknown",
        control_rate=source.control_rate,
        measured_rate=None,
        seed=None,
        created=created.isoformat(timespec="milliseconds"),
        steps=T,
        model_hash="none",
        versions=software_versions(),
        fields=tuple(foreign.observations),
        images=tuple(foreign.images),
        action_units=units,
    )
    commands = np.clip(units.in_commands(foreign.actions), -1.0, 1.0)  # a quotient may round past 1
    return _ours(replace(foreign, actions=commands), info)


def _same(path: Path, episode: Episode) -> bool:
    """Whether the recording at `path` holds the same data."""
    try:
        there = read_episode(path)
    except RecordingError:
        return False
    return same_data(there, episode)


def same_data(first: Episode, second: Episode) -> bool:
    """Whether two episodes have equal descriptions and arrays; versions of software may differ."""
    if replace(first.info, versions={}) != replace(second.info, versions={}):
        return False
    ours, theirs = arrays_of(first), arrays_of(second)
    return ours.keys() == theirs.keys() and all(
        np.array_equal(values, theirs[name]) for name, values in ours.items()
    )

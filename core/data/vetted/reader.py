"""Reads the recordings of this program as carefully as files of strangers."""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from core.data.episode import Episode, EpisodeInfo, info_from_json
from core.data.errors import (
    DamagedRecordingError,
    ForeignRecordingError,
    InvalidEpisodeError,
    RecordingError,
    StorageError,
)
from core.data.layout import ARRAYS, DEMONSTRATION, FORMAT, FORMAT_VERSION
from core.data.rows import EpisodeRow, row_of
from core.data.vetted.hdf5_file import VettedFile, damaged

MAX_FIELDS = 256
"""Largest number of observation fields."""


def read_info(path: Path | str) -> EpisodeInfo:
    """The description of the episode in `path`; its arrays are not read.

    Raises :class:`StorageError`, :class:`DamagedRecordingError`,
    :class:`ForeignRecordingError` or :class:`UnsafeRecordingError`.
    """
    with VettedFile(path) as file:
        return info_of(file)


def read_episode(path: Path | str, *, images: bool = True) -> Episode:
    """The episode in `path`; every array is validated. Raises as :func:`read_info` does.

    Without `images` they are left in the file, where there are any: learning from states does
    not need them, and they are a hundred times as large.
    """
    with VettedFile(path) as file:
        info = info_of(file)
        arrays = {name: file.read(f"{DEMONSTRATION}/{name}") for name in ARRAYS}
        return assembled(file, info, arrays, images=images)


def read_row(path: Path) -> EpisodeRow:
    """The row of the recording in `path`, read in this process; that of a broken file says why."""
    try:
        return row_of(path, read_episode(path, images=False))
    except RecordingError as error:
        passing, damaged = isinstance(error, StorageError), isinstance(error, DamagedRecordingError)
        return EpisodeRow(path, None, str(error), passing=passing, damaged=damaged)
    except (OSError, MemoryError) as error:
        problem = f"{path} cannot be read here ({error!r}); close other programs and try again"
        return EpisodeRow(path, None, problem, passing=True)


def info_of(file: VettedFile) -> EpisodeInfo:
    """The description of the episode in an open file. Raises as :func:`read_info` does."""
    if file.attribute("format") != FORMAT:
        raise ForeignRecordingError(
            f"{file.path} is an HDF5 file of another program; expected a recording of this one",
            file.path,
        )
    version = file.attribute("format_version")
    if version != FORMAT_VERSION:
        raise ForeignRecordingError(
            f"{file.path} is in format version {version}, this program reads {FORMAT_VERSION}; "
            "update the program",
            file.path,
        )
    return checked_info(file, description_of(file))


def description_of(file: VettedFile) -> dict[str, Any]:
    """The description as JSON values, not yet looked at; :class:`DamagedRecordingError`."""
    try:
        values = json.loads(file.attribute("episode_info", DEMONSTRATION))
    except (TypeError, ValueError, RecursionError) as error:
        raise damaged(file.path, error) from error
    if not isinstance(values, dict):
        raise DamagedRecordingError(
            f"{file.path} is damaged: its description is no object", file.path
        )
    return values


def checked_info(file: VettedFile, values: dict[str, Any]) -> EpisodeInfo:
    """The description; :class:`DamagedRecordingError` if it makes no sense."""
    try:
        return info_from_json(values)
    except InvalidEpisodeError as error:
        raise DamagedRecordingError(f"{file.path} is damaged: {error}", file.path) from error


def assembled(
    file: VettedFile, info: EpisodeInfo, arrays: dict[str, np.ndarray], *, images: bool = True
) -> Episode:
    """The episode of `arrays` {name: (T, …)} and the observations in the file.

    Raises as :func:`read_info` does.
    """
    place = f"{DEMONSTRATION}/obs"
    file.member(place, h5py.Group)
    file.names(place, MAX_FIELDS)
    arrays["interventions"] = arrays["interventions"].astype(np.bool_)
    observations = {name: file.read(f"{place}/{name}") for name in info.fields}
    pictures = {name: file.read(f"{place}/{name}") for name in info.images if images}
    try:
        return Episode(info=info, observations=observations, images=pictures, **arrays)
    except InvalidEpisodeError as error:
        raise DamagedRecordingError(
            f"{file.path} is damaged: {error}; delete it", file.path
        ) from error

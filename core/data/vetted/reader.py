"""Reads recordings that may come from anywhere: a truncated download, a stranger, a trap.

HDF5 follows external links, external storage and virtual datasets into any file of this
machine, and a kilobyte can declare terabytes. So every step of a path is looked at before it
is taken, only plain datasets with built-in filters are opened, and nothing is read before
what it declares was compared with what the file holds.
"""

import contextlib
import json
import stat
import zlib
from collections.abc import Iterator
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
    UnsafeRecordingError,
)
from core.data.layout import DEMONSTRATION, FORMAT, FORMAT_VERSION

MAX_BYTES = 1 << 30
"""Largest amount of data that one recording may declare [bytes]."""
MAX_FILE = 2 << 30
"""Largest file that is opened [bytes]."""
MAX_RATIO = 1100
"""Largest ratio of declared to stored bytes; deflate itself cannot pass 1032."""
MAX_CHUNKS = 1_000_000
"""Largest number of pieces that one array may be stored in."""
HARMLESS_CHUNK = 1 << 18
"""A packed piece of this size cannot unpack to more than 1032 times as much [bytes]."""
MAX_MEMBERS = 256
"""Largest number of observation fields."""
MAX_ATTRIBUTE_BYTES = 1 << 16
"""Largest description [bytes]."""
_ALLOWED_FILTERS = {
    h5py.h5z.FILTER_DEFLATE,
    h5py.h5z.FILTER_LZF,  # robosuite's collection scripts use it
    h5py.h5z.FILTER_SHUFFLE,
    h5py.h5z.FILTER_FLETCHER32,
}
_PLACES = (
    {h5py.h5z.FILTER_SHUFFLE},
    {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_LZF},
    {h5py.h5z.FILTER_FLETCHER32},
)
_SIGNATURE = b"\x89HDF\r\n\x1a\n"


def read_info(path: Path | str) -> EpisodeInfo:
    """The description of the episode in `path`; its arrays are not read.

    Raises :class:`StorageError`, :class:`DamagedRecordingError`,
    :class:`ForeignRecordingError` or :class:`UnsafeRecordingError`.
    """
    path = Path(path)
    with _opened(path) as file:
        return _read_info(file, path)


def read_episode(path: Path | str, *, images: bool = True) -> Episode:
    """The episode in `path`; every array is validated. Raises as :func:`read_info` does.

    Without `images` they are left in the file, where there are any: learning from states does
    not need them, and they are a hundred times as large.
    """
    path = Path(path)
    with _opened(path) as file:
        info = _read_info(file, path)
        demonstration = _member(file, DEMONSTRATION, h5py.Group, path)
        budget = _Budget(path)
        arrays = {
            name: budget.read(demonstration, name)
            for name in ("actions", "rewards", "dones", "states", "interventions")
        }
        group = _member(demonstration, "obs", h5py.Group, path)
        if len(group) > MAX_MEMBERS:
            raise UnsafeRecordingError(
                f"{path} declares {len(group)} observation fields; at most {MAX_MEMBERS} are read",
                path,
            )
        observations = {name: budget.read(group, name) for name in info.fields}
        names = info.images if images else ()
        pictures = {name: budget.read(group, name) for name in names}
    arrays["interventions"] = arrays["interventions"].astype(np.bool_)
    try:
        return Episode(info=info, observations=observations, images=pictures, **arrays)
    except InvalidEpisodeError as error:
        raise DamagedRecordingError(f"{path} is damaged: {error}; delete it", path) from error


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[h5py.File]:
    """The file, open for reading; what HDF5 stumbles on inside becomes a typed error."""
    _look_at(path)
    try:
        # No lock: a recording never changes once committed, and some network folders refuse.
        file = h5py.File(path, "r", locking=False)
    except OSError as error:
        raise _damaged(path, error) from error
    with file, _reading(path):
        yield file


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    """What HDF5 stumbles on inside becomes a typed error."""
    try:
        yield
    except (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError) as error:
        if isinstance(error, RecordingError):
            raise
        raise _damaged(path, error) from error


def _look_at(path: Path, largest: float = MAX_FILE) -> None:
    """Refuse what is not a readable file of at most `largest` bytes that begins as HDF5 does."""
    try:
        if path.is_symlink() and path.resolve().parent != path.parent.resolve():
            raise UnsafeRecordingError(
                f"{path} is a link to a file in another folder; it was not followed, "
                "copy the file here instead",
                path,
            )
        status = path.stat()
        if status.st_size > largest:
            raise UnsafeRecordingError(
                f"{path} holds {status.st_size:,} bytes; recordings of at most {largest:,} are "
                "read",
                path,
            )
        if not stat.S_ISREG(status.st_mode):  # a named pipe would wait for ever
            raise ForeignRecordingError(f"{path} is not a file; expected a recording", path)
        with path.open("rb") as file:
            head = file.read(len(_SIGNATURE))
    except FileNotFoundError as error:
        raise StorageError(f"{path} does not exist; check the path", path) from error
    except RuntimeError as error:  # links in a circle
        raise StorageError(f"{path} is a link that leads nowhere; delete it", path) from error
    except OSError as error:
        raise StorageError(
            f"cannot read {path}: {error.strerror or error}; check its permissions", path
        ) from error
    if not head:
        raise DamagedRecordingError(f"{path} is empty; delete it", path)
    if head != _SIGNATURE:
        raise ForeignRecordingError(
            f"{path} is not an HDF5 file; expected a recording of this program", path
        )


def _damaged(path: Path, error: Exception) -> DamagedRecordingError:
    if "truncated" in str(error):
        return DamagedRecordingError(
            f"{path} is cut short, as after an interrupted copy; copy it again or delete it", path
        )
    return DamagedRecordingError(
        f"{path} is damaged and cannot be read ({str(error).strip() or type(error).__name__}); "
        "restore it from a copy or delete it",
        path,
    )


def _read_info(file: h5py.File, path: Path) -> EpisodeInfo:
    if _attribute(file, "format", path) != FORMAT:
        raise ForeignRecordingError(
            f"{path} is an HDF5 file of another program; expected a recording of this one", path
        )
    version = _attribute(file, "format_version", path)
    if version != FORMAT_VERSION:
        raise ForeignRecordingError(
            f"{path} is in format version {version}, this program reads {FORMAT_VERSION}; "
            "update the program",
            path,
        )
    text = _attribute(_member(file, DEMONSTRATION, h5py.Group, path), "episode_info", path)
    try:
        values = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        raise _damaged(path, error) from error
    if not isinstance(values, dict):
        raise DamagedRecordingError(f"{path} is damaged: its description is no object", path)
    try:
        return info_from_json(values)
    except InvalidEpisodeError as error:
        raise DamagedRecordingError(f"{path} is damaged: {error}", path) from error


def _member(group: h5py.Group, name: str, kind: type | tuple[type, ...], path: Path) -> Any:
    """Walk `name` through hard links only and return an object of the given kind."""
    for component in name.split("/"):
        if not isinstance(group, h5py.Group) or component.encode() not in group.id:
            raise DamagedRecordingError(
                f"{path} is damaged: {component!r} is missing; delete it", path
            )
        if group.id.links.get_info(component.encode()).type != h5py.h5l.TYPE_HARD:
            raise UnsafeRecordingError(
                f"{path} refers to something outside itself at {component!r}; it was not followed, "
                "use only recordings whose source you trust",
                path,
            )
        group = group[component]
    if not isinstance(group, kind):
        raise DamagedRecordingError(f"{path} is damaged: {name!r} is of another kind", path)
    return group


def _attribute(owner: h5py.File | h5py.Group, name: str, path: Path) -> Any:
    """A single number or text attached to `owner`; None if there is none."""
    if name not in owner.attrs:
        return None
    identifier = owner.attrs.get_id(name)
    text = h5py.check_string_dtype(identifier.dtype) is not None
    if identifier.shape != () or identifier.get_storage_size() > MAX_ATTRIBUTE_BYTES:
        raise UnsafeRecordingError(f"{path} declares a huge attribute {name!r}", path)
    if not text and identifier.dtype.kind not in "biu":
        raise DamagedRecordingError(f"{path} is damaged: attribute {name!r} is no text", path)
    value = owner.attrs[name]
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    return value


class _Budget:
    """Reads datasets of one file as long as what they declare stays in bounds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._declared = 0

    def read(self, group: h5py.Group, name: str) -> np.ndarray:
        """The dataset `name`, after everything about it was found harmless."""
        dataset = self.look_at(group, name)
        self.refuse_bomb(dataset, name)
        return np.asarray(dataset[()])

    def look_at(self, group: h5py.Group, name: str) -> h5py.Dataset:
        """The dataset `name`, whose declaration is harmless; what is packed in it may not be."""
        dataset = _member(group, name, h5py.Dataset, self._path)
        self._refuse_outside(dataset, name)  # before anything that might open another file
        self._refuse_huge(dataset, name)
        return dataset

    def _refuse_outside(self, dataset: h5py.Dataset, name: str) -> None:
        properties = dataset.id.get_create_plist()
        if properties.get_layout() == h5py.h5d.VIRTUAL or properties.get_external_count() > 0:
            raise UnsafeRecordingError(
                f"{self._path} keeps {name!r} in another file; it was not followed, "
                "use only recordings whose source you trust",
                self._path,
            )
        filters = [properties.get_filter(i)[0] for i in range(properties.get_nfilters())]
        known = _ALLOWED_FILTERS.issuperset(filters) and len(set(filters)) == len(filters)
        # Shuffled after it was packed, it could not be looked into before it is unpacked.
        if not known or filters != sorted(filters, key=_filter_place):
            raise UnsafeRecordingError(
                f"{self._path} packs {name!r} with filters that no recording uses", self._path
            )

    def _refuse_huge(self, dataset: h5py.Dataset, name: str) -> None:
        if dataset.dtype.kind not in "biuf":
            raise DamagedRecordingError(
                f"{self._path} is damaged: {name!r} holds {dataset.dtype}, expected numbers",
                self._path,
            )
        item = dataset.dtype.itemsize
        declared = item * int(np.prod([int(n) for n in dataset.shape], dtype=object))
        chunk = item * int(np.prod([int(n) for n in dataset.chunks or ()], dtype=object))
        stored = dataset.id.get_storage_size()
        self._declared += max(declared, chunk)
        contradicts = declared > MAX_RATIO * stored or stored > 2 * max(declared, chunk) + 4096
        if self._declared > MAX_BYTES or contradicts:
            raise UnsafeRecordingError(
                f"{self._path} declares {declared:,} bytes for {name!r} and stores {stored:,}; "
                "it was not read",
                self._path,
            )

    def refuse_bomb(self, dataset: h5py.Dataset, name: str) -> None:
        """Deflated chunks that unpack to more than a chunk: HDF5 would first make room for all."""
        chunks = dataset.chunks
        if chunks is None:
            return
        parts = [-(-n // c) for n, c in zip(dataset.shape, chunks, strict=True)]
        if int(np.prod(parts, dtype=object)) > MAX_CHUNKS:
            raise UnsafeRecordingError(
                f"{self._path} declares {name!r} in more than {MAX_CHUNKS:,} pieces; "
                "it was not read",
                self._path,
            )
        if dataset.compression != "gzip" or dataset.id.get_storage_size() <= HARMLESS_CHUNK:
            return
        large = []
        dataset.id.chunk_iter(lambda c: large.append(c) if c.size > HARMLESS_CHUNK else None)
        for chunk in large:
            self.refuse_bomb_at(dataset, name, chunk.chunk_offset)

    def refuse_bomb_at(self, dataset: h5py.Dataset, name: str, offset: tuple[int, ...]) -> None:
        """The same for the one deflated chunk that begins at `offset`."""
        whole = dataset.dtype.itemsize * int(np.prod(dataset.chunks))
        _, packed = dataset.id.read_direct_chunk(offset)
        with contextlib.suppress(zlib.error):  # HDF5 will say so as well
            if len(zlib.decompressobj().decompress(packed, whole + 1)) > whole:
                raise UnsafeRecordingError(
                    f"{self._path} packs more into {name!r} than it declares; it was not read",
                    self._path,
                )


def _filter_place(number: int) -> int:
    return next(place for place, filters in enumerate(_PLACES) if number in filters)

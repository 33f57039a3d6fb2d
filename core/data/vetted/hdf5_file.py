"""An HDF5 file that may come from anywhere: a truncated download, a stranger, a trap.

HDF5 follows external links, external storage and virtual datasets into any file of this
machine, and a kilobyte can declare terabytes. Every step of a path is therefore checked before it
is taken. Only plain datasets with built-in filters are opened. Nothing is read before what it
declares was compared with what the file holds.
"""

import contextlib
import math
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from core.closing import Closing
from core.data.errors import (
    DamagedRecordingError,
    ForeignRecordingError,
    RecordingError,
    StorageError,
    UnsafeRecordingError,
    unreadable,
)

MAX_BYTES = 1 << 30
"""Largest amount of data that one recording may declare [bytes]."""
MAX_FILE = 2 << 30
"""Largest recording that is opened [bytes]."""
MAX_RATIO = 1100
"""Largest ratio of declared to stored bytes; deflate itself cannot pass 1032."""
MAX_CHUNKS = 1_000_000
"""Largest number of pieces that one array may be stored in."""
HARMLESS_CHUNK = 1 << 18
"""A packed piece of this size cannot unpack to more than 1032 times as much [bytes]."""
MAX_MEMBERS = 100_000
"""Largest number of members of a group that are listed."""
MAX_ATTRIBUTE_BYTES = 1 << 16
"""Largest description [bytes]."""
_FILTERS = {
    h5py.h5z.FILTER_SHUFFLE: 0,
    h5py.h5z.FILTER_DEFLATE: 1,
    h5py.h5z.FILTER_LZF: 1,  # robosuite's collection scripts use it
    h5py.h5z.FILTER_FLETCHER32: 2,
}
"""{filter that is allowed: its place among the filters of an array}."""
_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_ANY = (h5py.Group, h5py.Dataset)


class VettedFile(Closing):
    """An HDF5 file of unknown origin, open for reading. Owns the open file.

    Follows no link out of the file, opens only plain datasets, and reads nothing that declares
    much more than it holds. Names are paths from the root, such as ``data/demo_0/actions``.

    All methods raise :class:`StorageError`, :class:`DamagedRecordingError`,
    :class:`ForeignRecordingError` or :class:`UnsafeRecordingError`.
    """

    def __init__(self, path: Path | str, *, recording: bool = True) -> None:
        """`recording`: its size is bounded, and that of all its arrays together. Without, only
        the size of each array is."""
        self.path = Path(path)
        self._recording = recording
        self._declared = 0
        _require_hdf5(self.path, MAX_FILE if recording else math.inf)
        with self.reading():
            # No lock: a recording never changes once committed, and some network folders refuse.
            self._file = h5py.File(self.path, "r", locking=False)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """What HDF5 stumbles on inside becomes a typed error."""
        try:
            yield
        except (OSError, RuntimeError, KeyError, ValueError, TypeError, MemoryError) as error:
            if isinstance(error, RecordingError):
                raise
            raise damaged(self.path, error) from error

    def member(self, name: str, kind: type | tuple[type, ...] = _ANY) -> Any:
        """The group or array `name`; "" is the root."""
        found = self.find(name)
        if found is None:
            raise DamagedRecordingError(
                f"{self.path} is damaged: {name.rpartition('/')[2]!r} is missing; delete it",
                self.path,
            )
        if not isinstance(found, kind):
            raise DamagedRecordingError(
                f"{self.path} is damaged: {name!r} is of another kind", self.path
            )
        return found

    def find(self, name: str) -> Any:
        """The group or array `name`, reached through hard links only; None if there is none."""
        found: Any = self._file
        with self.reading():
            for component in filter(None, name.split("/")):
                link = component.encode()
                if not isinstance(found, h5py.Group) or link not in found.id:
                    return None
                if found.id.links.get_info(link).type != h5py.h5l.TYPE_HARD:
                    raise self._unsafe(
                        f"refers to something outside itself at {component!r}; it was not "
                        "followed, use only recordings whose source you trust"
                    )
                found = found[component]
        return found

    def is_dataset(self, name: str) -> bool:
        """Whether `name` is there and an array."""
        return isinstance(self.find(name), h5py.Dataset)

    def names(self, group: str, most: int = MAX_MEMBERS) -> list[str]:
        """Names of at most `most` members of `group`, sorted; empty if there is no such group."""
        if self.find(group) is None:
            return []
        found = self.member(group, h5py.Group)
        if len(found) > most:
            raise self._unsafe(
                f"declares {len(found):,} members of {group!r}; at most {most:,} are read"
            )
        with self.reading():
            return sorted(found)

    def attribute(self, name: str, group: str = "") -> Any:
        """A whole number, truth value or text attached to `group`; None if there is none."""
        owner = self.member(group, h5py.Group)
        with self.reading():
            if name not in owner.attrs:
                return None
            identifier = owner.attrs.get_id(name)
            if identifier.shape != () or identifier.get_storage_size() > MAX_ATTRIBUTE_BYTES:
                raise self._unsafe(f"declares a huge attribute {name!r}")
            text = h5py.check_string_dtype(identifier.dtype) is not None
            if not text and identifier.dtype.kind not in "biu":
                raise DamagedRecordingError(
                    f"{self.path} is damaged: attribute {name!r} is no text", self.path
                )
            value = owner.attrs[name]
            return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else value

    def read(self, name: str) -> np.ndarray:
        """The array `name`, after everything about it was found harmless."""
        with self.reading():
            dataset = self.declared(name)
            self.refuse_bomb(dataset)
            return np.asarray(dataset[()])

    def declared(self, name: str) -> h5py.Dataset:
        """The array `name`, whose declaration is harmless; what is packed in it may not be."""
        dataset = self.member(name, h5py.Dataset)
        with self.reading():
            self._refuse_outside(dataset)  # before anything that might open another file
            self._refuse_huge(dataset)
        return dataset

    def refuse_bomb(self, dataset: h5py.Dataset) -> None:
        """Refuse deflated pieces that unpack to more than a piece: HDF5 would make room for all."""
        if dataset.chunks is None:
            return
        parts = [-(-n // c) for n, c in zip(dataset.shape, dataset.chunks, strict=True)]
        if math.prod(parts) > MAX_CHUNKS:
            raise self._unsafe(
                f"declares {_name(dataset)!r} in more than {MAX_CHUNKS:,} pieces; it was not read"
            )
        if dataset.compression == "gzip" and dataset.id.get_storage_size() > HARMLESS_CHUNK:
            large: list[tuple[int, ...]] = []
            dataset.id.chunk_iter(
                lambda c: large.append(c.chunk_offset) if c.size > HARMLESS_CHUNK else None
            )
            for offset in large:
                self.refuse_bomb_at(dataset, offset)

    def refuse_bomb_at(self, dataset: h5py.Dataset, offset: tuple[int, ...]) -> None:
        """The same for the one deflated piece that begins at `offset`."""
        whole = dataset.dtype.itemsize * int(np.prod(dataset.chunks))
        _, packed = dataset.id.read_direct_chunk(offset)
        with contextlib.suppress(zlib.error):  # HDF5 will say so as well
            if len(zlib.decompressobj().decompress(packed, whole + 1)) > whole:
                raise self._unsafe(
                    f"packs more into {_name(dataset)!r} than it declares; it was not read"
                )

    def _refuse_outside(self, dataset: h5py.Dataset) -> None:
        properties = dataset.id.get_create_plist()
        if properties.get_layout() == h5py.h5d.VIRTUAL or properties.get_external_count() > 0:
            raise self._unsafe(
                f"keeps {_name(dataset)!r} in another file; it was not followed, use only "
                "recordings whose source you trust"
            )
        filters = [properties.get_filter(i)[0] for i in range(properties.get_nfilters())]
        places = [_FILTERS.get(number, -1) for number in filters]
        # Shuffled after it was packed, it could not be looked into before it is unpacked.
        if -1 in places or len(set(filters)) < len(filters) or places != sorted(places):
            raise self._unsafe(f"packs {_name(dataset)!r} with filters that no recording uses")

    def _refuse_huge(self, dataset: h5py.Dataset) -> None:
        name, item = _name(dataset), dataset.dtype.itemsize
        if dataset.dtype.kind not in "biuf":
            raise DamagedRecordingError(
                f"{self.path} is damaged: {name!r} holds {dataset.dtype}, expected numbers",
                self.path,
            )
        declared = item * math.prod(int(n) for n in dataset.shape)
        largest = max(declared, item * math.prod(int(n) for n in dataset.chunks or (0,)))
        stored = dataset.id.get_storage_size()
        self._declared = largest + (self._declared if self._recording else 0)
        contradicts = declared > MAX_RATIO * stored or stored > 2 * largest + 4096
        if self._declared > MAX_BYTES or contradicts:
            raise self._unsafe(
                f"declares {declared:,} bytes for {name!r} and stores {stored:,}; it was not read"
            )

    def _unsafe(self, what: str) -> UnsafeRecordingError:
        return UnsafeRecordingError(f"{self.path} {what}", self.path)


def damaged(path: Path, error: Exception) -> DamagedRecordingError:
    """What a library stumbled on in the file, as a sentence with advice."""
    if "truncated" in str(error):
        return DamagedRecordingError(
            f"{path} is cut short, as after an interrupted copy; copy it again or delete it", path
        )
    return DamagedRecordingError(
        f"{path} is damaged and cannot be read ({str(error).strip() or type(error).__name__}); "
        "restore it from a copy or delete it",
        path,
    )


def _require_hdf5(path: Path, largest: float) -> None:
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
        raise unreadable(error, path) from error
    if not head:
        raise DamagedRecordingError(f"{path} is empty; delete it", path)
    if head != _SIGNATURE:
        raise ForeignRecordingError(
            f"{path} is not an HDF5 file; expected a recording of this program", path
        )


def _name(dataset: h5py.Dataset) -> str:
    return str(dataset.name).rpartition("/")[2]

"""Files of images beside the recordings that they belong to.

Images (T, height, width, 3) uint8 of one recording are in the file

``<folder of recordings>/.images/<field>-<size>-r<rendering>/<recording>.<key>.npy``

The key changes with what the images are made from, so that a recording which was cut, or replaced,
has its images made anew. A file appears whole or not at all, and is mapped into memory: only what
is looked at is read.
"""

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from core.data import Episode, make_folder
from core.data.writer import leftovers, new_file, recordings_in, stamp_of
from core.spec import Field

FOLDER = ".images"
"""Where the images are, in a folder of recordings."""
ENDING = ".npy"
_KEY = 16


def target_of(path: Path, episode: Episode, field: Field) -> Path:
    """Where the images `field` of the recording in `path` are, or will be."""
    key = _key(path, episode, field)
    return _folder(path.parent, field) / f"{path.stem}.{key}{ENDING}"


def made_images(folder: Path, field: Field) -> frozenset[str]:
    """Names of the recordings in `folder` that have images `field`, going by the files there are.

    Whether these still fit the recording is found when they are opened.
    """
    return frozenset(_stem(file) for file in _folder(folder, field).glob(f"*{ENDING}"))


def opened(target: Path, shape: tuple[int, ...]) -> np.ndarray | None:
    """The images (T, height, width, 3) uint8, mapped into memory and not to be written to.

    None where there is no such file, or a broken one.
    """
    try:
        images = np.load(target, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    plain = isinstance(images, np.memmap) and images.flags.c_contiguous
    return images if plain and images.shape == shape and images.dtype == np.uint8 else None


@contextlib.contextmanager
def new_images(target: Path, shape: tuple[int, ...]) -> Iterator[Callable[[np.ndarray], None]]:
    """A function that appends images (n, height, width, 3) uint8 to what becomes `target`.

    `shape` is that of all of them. Written plainly, since a full disk then raises an error, where
    memory that is mapped to a file would end the process. Raises :class:`StorageError`; nothing is
    left behind then.
    """
    make_folder(target.parent)
    with new_file(target) as building, building.open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        yield lambda images: _append(file.write, images)


def tidy(folder: Path, wanted: set[Path]) -> None:
    """Remove what no recording in `folder` can use any more, but none of the files `wanted`.

    That is what recordings had before they were changed, and what is left of recordings that are
    gone and of writers that were killed.
    """
    stems = {Path(name).stem for name in recordings_in(folder)}
    made = {_stem(target) for target in wanted}
    for place in {target.parent for target in wanted}:
        for file in place.glob(f"*{ENDING}"):
            stem = _stem(file)
            if file not in wanted and (stem in made or stem not in stems):
                with contextlib.suppress(OSError):  # in use, or removed by another program
                    file.unlink()
        for file in leftovers(place):
            with contextlib.suppress(OSError):
                file.unlink()


def _append(write: Callable[[bytes], object], images: np.ndarray) -> None:
    write(np.ascontiguousarray(images, dtype=np.uint8).tobytes())


def _folder(recordings: Path, field: Field) -> Path:
    """Where the images `field` of a folder of recordings are."""
    height, width, _ = field.shape
    size = f"{height}" if height == width else f"{height}x{width}"
    return recordings / FOLDER / f"{_plain(field.name)}-{size}-r{field.rendering}"


def _stem(file: Path) -> str:
    """Name of the recording that a file of images belongs to."""
    return file.name.rsplit(".", 2)[0]


def _key(path: Path, episode: Episode, field: Field) -> str:
    """A name for what the images are made from: states, or the recording's own images."""
    digest = hashlib.sha256()
    if field.rendering:
        digest.update(f"{episode.info.task}\0{episode.info.model_hash}\0".encode())
        digest.update(np.ascontiguousarray(episode.states).tobytes())
    else:
        stamp = stamp_of(path)
        digest.update(repr(None if stamp is None else stamp[:2]).encode())
    return digest.hexdigest()[:_KEY]


def _plain(name: str) -> str:
    """The name of a field as part of a file's name."""
    plain = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in name)[:60]
    if plain == name:
        return name
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"

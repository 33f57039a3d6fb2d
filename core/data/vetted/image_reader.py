"""Single camera images of a recording, for views that show one after the other."""

from pathlib import Path

import h5py
import numpy as np

from core.closing import Closing
from core.data.errors import DamagedRecordingError, UnsafeRecordingError
from core.data.layout import DEMONSTRATION
from core.data.vetted.hdf5_file import HARMLESS_CHUNK, VettedFile
from core.data.vetted.reader import info_of

MAX_PIECE = 64 << 20
"""Largest piece that is unpacked for the sake of one image [bytes]; ours hold one image each."""


class ImageReader(Closing):
    """Reads one image at a time and leaves the others where they are.

    Owns the open file, and never more of it than one piece of one camera. For one thread; close it
    or use `with`. Raises as :func:`core.data.read_info` does.
    """

    def __init__(self, path: Path | str) -> None:
        self._file = VettedFile(path)
        try:
            self.info = info_of(self._file)
            """What is known of the episode."""
            self._cameras = {name: self._camera(name) for name in self.info.images}
        except BaseException:
            self.close()
            raise

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the cameras."""
        return tuple(self._cameras)

    def size(self, name: str) -> tuple[int, int]:
        """Height and width of the images of camera `name` [px]; KeyError for another camera."""
        height, width = self._cameras[name].shape[1:3]
        return int(height), int(width)

    def read(self, name: str, step: int) -> np.ndarray:
        """What camera `name` saw at control step `step`, (height, width, 3) uint8.

        Raises KeyError for another camera, IndexError for another step.
        """
        if name not in self._cameras:
            raise KeyError(f"no camera {name!r}; cameras: {', '.join(self._cameras) or 'none'}")
        if not 0 <= step < self.info.steps:
            raise IndexError(f"step {step} of an episode of {self.info.steps} steps")
        dataset = self._cameras[name]
        with self._file.reading():
            if _by_the_piece(dataset):
                offset = (step - step % dataset.chunks[0], 0, 0, 0)
                if dataset.id.get_chunk_info_by_coord(offset).size > HARMLESS_CHUNK:
                    self._file.refuse_bomb_at(dataset, offset)
            return np.asarray(dataset[step])

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _camera(self, name: str) -> h5py.Dataset:
        path = self._file.path
        dataset = self._file.declared(f"{DEMONSTRATION}/obs/{name}")
        shape = dataset.shape
        fits = len(shape) == 4 and shape[0] == self.info.steps and shape[3] == 3
        if not fits or dataset.dtype != np.uint8:
            raise DamagedRecordingError(
                f"{path} is damaged: images {name!r} are {dataset.dtype} {shape}; expected "
                f"uint8 ({self.info.steps}, height, width, 3)",
                path,
            )
        if dataset.chunks is not None and int(np.prod(dataset.chunks)) > MAX_PIECE:
            raise UnsafeRecordingError(
                f"{path} keeps {name!r} in pieces of more than {MAX_PIECE:,} bytes; write "
                "it anew with an image in each",
                path,
            )
        if not _by_the_piece(dataset):
            with self._file.reading():
                self._file.refuse_bomb(dataset)
        return dataset


def _by_the_piece(dataset: h5py.Dataset) -> bool:
    """Whether each image lies in one deflated piece. Such a piece is checked when it is read:
    checking all of them first would take as long as reading them."""
    chunks = dataset.chunks
    return chunks is not None and dataset.compression == "gzip" and chunks[1:] == dataset.shape[1:]

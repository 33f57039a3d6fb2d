"""Single camera images of a recording, for whoever looks at one after the other."""

from pathlib import Path
from types import TracebackType
from typing import Self

import h5py
import numpy as np

from core.data.errors import DamagedRecordingError, UnsafeRecordingError
from core.data.layout import DEMONSTRATION
from core.data.vetted.reader import (
    HARMLESS_CHUNK,
    _Budget,
    _damaged,
    _look_at,
    _member,
    _read_info,
    _reading,
)

MAX_PIECE = 64 << 20
"""Largest piece that is unpacked for the sake of one image [bytes]; ours hold one image each."""


class ImageReader:
    """Reads one image at a time and leaves the others where they are.

    Owns the open file, and never more of it than one piece of one camera. For one thread; close it
    or use `with`. Raises as :func:`core.data.read_info` does.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        _look_at(self._path)
        try:
            self._file = h5py.File(self._path, "r", locking=False)
        except OSError as error:
            raise _damaged(self._path, error) from error
        try:
            with _reading(self._path):
                self.info = _read_info(self._file, self._path)
                """What is known of the episode."""
                self._budget = _Budget(self._path)
                self._cameras = {name: self._camera(name) for name in self.info.images}
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the cameras."""
        return tuple(self._cameras)

    def read(self, name: str, step: int) -> np.ndarray:
        """What camera `name` saw at control step `step`, (height, width, 3) uint8.

        Raises KeyError for another camera, IndexError for another step.
        """
        if name not in self._cameras:
            raise KeyError(f"no camera {name!r}; cameras: {', '.join(self._cameras) or 'none'}")
        if not 0 <= step < self.info.steps:
            raise IndexError(f"step {step} of an episode of {self.info.steps} steps")
        dataset = self._cameras[name]
        with _reading(self._path):
            if self._by_the_piece(dataset):
                offset = (step - step % dataset.chunks[0], 0, 0, 0)
                if dataset.id.get_chunk_info_by_coord(offset).size > HARMLESS_CHUNK:
                    self._budget.refuse_bomb_at(dataset, name, offset)
            return np.asarray(dataset[step])

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _camera(self, name: str) -> h5py.Dataset:
        group = _member(self._file, f"{DEMONSTRATION}/obs", h5py.Group, self._path)
        dataset = self._budget.look_at(group, name)
        shape = dataset.shape
        fits = len(shape) == 4 and shape[0] == self.info.steps and shape[3] == 3
        if not fits or dataset.dtype != np.uint8:
            raise DamagedRecordingError(
                f"{self._path} is damaged: images {name!r} are {dataset.dtype} {shape}; expected "
                f"uint8 ({self.info.steps}, height, width, 3)",
                self._path,
            )
        if dataset.chunks is not None and int(np.prod(dataset.chunks)) > MAX_PIECE:
            raise UnsafeRecordingError(
                f"{self._path} keeps {name!r} in pieces of more than {MAX_PIECE:,} bytes; write "
                "it anew with an image in each",
                self._path,
            )
        if not self._by_the_piece(dataset):
            self._budget.refuse_bomb(dataset, name)
        return dataset

    def _by_the_piece(self, dataset: h5py.Dataset) -> bool:
        """Whether an image lies in a single deflated piece, which is looked into when its turn
        comes: to look into all of them first would take as long as reading all of them."""
        chunks = dataset.chunks
        return (
            chunks is not None and dataset.compression == "gzip" and chunks[1:] == dataset.shape[1:]
        )

"""The header of a safetensors file, read without the tensors and without torch.

Format: https://github.com/huggingface/safetensors#format
"""

import json
import math
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.data.errors import DamagedRecordingError, StorageError, UnsafeRecordingError

LARGEST_HEADER = 16 << 20
"""Longest header that is read [bytes]."""
MOST_TENSORS = 100_000
"""Most tensors of a file."""
_SIZES = {
    **dict.fromkeys(("BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3"), 1),
    **dict.fromkeys(("U16", "I16", "F16", "BF16"), 2),
    **dict.fromkeys(("U32", "I32", "F32"), 4),
    **dict.fromkeys(("U64", "I64", "F64"), 8),
}


@dataclass(frozen=True)
class TensorHeader:
    """What a file says of one tensor."""

    kind: str
    """Type of its numbers, in the format's own word."""
    shape: tuple[int, ...]
    """Its shape."""
    begin: int
    """First byte, counted from the end of the header."""
    end: int
    """First byte behind it."""


def read_header(path: Path) -> dict[str, TensorHeader]:
    """The tensors of a file, after what they declare was compared with what is stored.

    Raises :class:`StorageError`, :class:`DamagedRecordingError` or :class:`UnsafeRecordingError`.
    """
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            raise UnsafeRecordingError(
                f"{path} is a link, a folder or a device; it was not followed, copy the file "
                "itself",
                path,
            )
        with path.open("rb") as file:
            size = int.from_bytes(file.read(8), "little")
            if size > LARGEST_HEADER or 8 + size > status.st_size:
                raise _damaged(path, f"its header claims {size:,} of {status.st_size:,} bytes")
            text = file.read(size)
    except OSError as error:
        raise StorageError(
            f"cannot read {path}: {error.strerror or error}; check its permissions", path
        ) from error
    try:
        values = json.loads(text)
        if not isinstance(values, dict) or len(values) > MOST_TENSORS:
            raise ValueError("no table of tensors")
        tensors = {name: _tensor(entry) for name, entry in values.items() if name != "__metadata__"}
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise _damaged(path, f"its header makes no sense ({error})") from error
    place = 0
    for name, tensor in sorted(tensors.items(), key=lambda item: item[1].begin):
        if tensor.begin != place:
            raise _damaged(path, f"{name[:60]!r} overlaps another tensor, or leaves a hole")
        place = tensor.end
    stored = status.st_size - 8 - size
    if place != stored:
        raise _damaged(path, f"its tensors declare {place:,} bytes and {stored:,} are stored")
    return tensors


def _tensor(entry: Any) -> TensorHeader:
    shape = tuple(int(size) for size in entry["shape"])
    begin, end = (int(place) for place in entry["data_offsets"])
    if len(shape) > 16 or min(shape, default=0) < 0 or not 0 <= begin <= end:
        raise ValueError("a tensor of an impossible shape")
    if math.prod(shape) * _SIZES[entry["dtype"]] != end - begin:
        raise ValueError("a tensor whose shape does not fit its bytes")
    return TensorHeader(str(entry["dtype"]), shape, begin, end)


def _damaged(path: Path, why: str) -> DamagedRecordingError:
    return DamagedRecordingError(f"{path} is damaged: {why}; use another copy", path)

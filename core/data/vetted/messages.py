"""How a limited process hands over what it read: a line of JSON, then the bytes of the arrays.

Nothing is unpickled. Nothing is taken in before what a line declares was found harmless: a hostile
file may have taken over the process at the other end.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import IO, Any

import numpy as np

from core.data.errors import InvalidEpisodeError
from core.data.vetted.hdf5_file import MAX_BYTES

LONGEST_LINE = 1 << 20
"""Longest description that is looked at [bytes]."""
_ARRAYS = "arrays"
_KIND = re.compile(r"[<>|][biuf][1248]")


def write_message(
    stream: IO[bytes], head: Mapping[str, Any], arrays: Mapping[str, np.ndarray]
) -> None:
    """Send `head` and `arrays` (numbers of any shape).

    Raises :class:`InvalidEpisodeError` if they are larger than a recording may be; then nothing
    was sent.
    """
    declared = sum(values.nbytes for values in arrays.values())
    if declared > MAX_BYTES:
        raise InvalidEpisodeError(
            f"an episode takes {declared / 2**30:.1f} GiB; at most {MAX_BYTES / 2**30:g} GiB are "
            "taken in, --no-images leaves its images out"
        )
    # Numbers of more than eight bytes are those of one machine only.
    plain = {
        name: np.ascontiguousarray(
            values, dtype=np.float64 if values.dtype.itemsize > 8 else values.dtype
        )
        for name, values in arrays.items()
    }
    layout = [[name, values.dtype.str, values.shape] for name, values in plain.items()]
    stream.write(json.dumps({**head, _ARRAYS: layout}).encode() + b"\n")
    for values in plain.values():
        stream.write(values.reshape(-1).view(np.uint8).data)
    stream.flush()


def read_message(stream: IO[bytes]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """The next `(head, arrays)`.

    Raises :class:`EOFError` if the stream ends, :class:`ValueError` for what is no message.
    """
    line = stream.readline(LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise EOFError
    try:
        head = json.loads(line)
    except RecursionError as error:
        raise ValueError("brackets") from error
    if not isinstance(head, dict):
        raise ValueError("not an object")
    arrays = {}
    left = MAX_BYTES
    for name, kind, shape in list(_layout(head)):
        size = np.dtype(kind).itemsize * math.prod(shape)
        left -= size
        if left < 0:
            raise ValueError("too large")
        arrays[name] = values = np.empty(shape, kind)
        if size and stream.readinto(values.reshape(-1).view(np.uint8)) != size:  # type: ignore[attr-defined]
            raise EOFError
    return head, arrays


def _layout(head: dict[str, Any]) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """What a line says of its arrays, checked."""
    given = head.pop(_ARRAYS, None)
    for entry in given if isinstance(given, list) else [None]:
        match entry:
            case [str(name), str(kind), list(shape)] if (
                _KIND.fullmatch(kind)
                and len(shape) <= 4
                and all(type(n) is int and 0 <= n <= MAX_BYTES for n in shape)
            ):
                yield name, kind, tuple(shape)
            case _:
                raise ValueError("no description of an array")

"""Columns of Parquet tables as arrays, whatever their declared shape."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from core.exchange.errors import UnusableSourceError
from core.exchange.lerobot.description import open_table
from core.exchange.pictures import from_bytes, stack

BATCH = 256
"""Rows read at once."""
LARGEST_EPISODE = 2**30
"""Episodes that take more memory than this are not read [bytes]."""


def episodes_of(tables: Sequence[Path], columns: list[str]) -> Iterator[tuple[int, pa.Table]]:
    """`(episode_index, rows)` of each episode, in the order in which they lie in the tables."""
    number: int | None = None
    batches: list[pa.Table] = []
    size = 0
    for batch in _batches(tables, [*columns, "episode_index"]):
        indices = batch.column("episode_index").to_numpy()
        edges = [0, *(np.flatnonzero(np.diff(indices)) + 1).tolist(), len(indices)]
        for start, stop in pairwise(edges):
            if batches and indices[start] != number:
                yield int(number or 0), pa.concat_tables(batches)
                batches, size = [], 0
            number = int(indices[start])
            part = batch.slice(start, stop - start)
            size += part.nbytes
            if size > LARGEST_EPISODE:
                raise UnusableSourceError(
                    f"episode {number} is larger than {LARGEST_EPISODE / 2**30:g} GiB; "
                    "leave its images out with --no-images"
                )
            batches.append(part)
    if batches:
        yield int(number or 0), pa.concat_tables(batches)


def _batches(tables: Sequence[Path], columns: list[str]) -> Iterator[pa.Table]:
    for path in tables:
        file = open_table(path)
        missing = [name for name in columns if name not in file.schema_arrow.names]
        if missing:
            raise UnusableSourceError(f"{path} lacks the column {missing[0]!r}", path)
        try:
            for batch in file.iter_batches(batch_size=BATCH, columns=columns):
                if batch.num_rows:
                    yield pa.Table.from_batches([batch])
        except (pa.ArrowException, OSError) as error:
            raise UnusableSourceError(f"{path} is damaged ({error})", path) from error
        finally:
            file.close()


def numbers(rows: pa.Table, name: str, shape: Sequence[int]) -> np.ndarray:
    """Column `name` as (T, size), whatever lists it is made of; size is the product of `shape`."""
    column: Any = rows.column(name).combine_chunks()
    if isinstance(column, pa.ChunkedArray):
        column = pa.concat_arrays(column.chunks)
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    while (
        pa.types.is_list(column.type)
        or pa.types.is_large_list(column.type)
        or (pa.types.is_fixed_size_list(column.type))
    ):
        column = column.flatten()
    if column.null_count:
        raise UnusableSourceError(f"column {name!r} has gaps; expected numbers everywhere")
    values = column.to_numpy(zero_copy_only=False)
    size = int(np.prod(shape))
    if values.dtype.kind not in "biuf" or len(values) != rows.num_rows * size:
        raise UnusableSourceError(
            f"column {name!r} holds {len(values)} values of {values.dtype}; expected "
            f"{rows.num_rows} rows of {size} numbers"
        )
    return values.reshape(rows.num_rows, size)


def images(rows: pa.Table, name: str) -> np.ndarray:
    """Column `name` of embedded PNG or JPEG files as (T, height, width, 3) uint8."""
    return stack((_picture(entry.as_py(), name) for entry in rows.column(name)), rows.num_rows)


def _picture(entry: Any, name: str) -> np.ndarray:
    data = entry.get("bytes") if isinstance(entry, dict) else None
    if not isinstance(data, bytes):
        raise UnusableSourceError(
            f"column {name!r} names image files instead of holding them; they are not read"
        )
    return from_bytes(data)

"""Columns as Arrow tables with the types that LeRobot's loader asks for."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from core.exchange.lerobot.layout import FRAME_COLUMNS
from core.exchange.pictures import to_png

_IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


def data_table(
    columns: Mapping[str, np.ndarray], images: Mapping[str, np.ndarray], first_frame: int
) -> pa.Table:
    """Rows of one episode: `columns` (T, …) as numbers, `images` (T, h, w, 3) as PNG."""
    arrays: dict[str, pa.Array] = {name: _numbers(values) for name, values in columns.items()}
    for name, pictures in images.items():
        rows = [
            {"bytes": to_png(picture), "path": f"frame-{first_frame + step:06d}.png"}
            for step, picture in enumerate(pictures)
        ]
        arrays[name] = pa.array(rows, type=_IMAGE)
    return pa.table(arrays)


def _numbers(values: np.ndarray) -> pa.Array:
    """(T,) as a plain column, (T, size) as lists of that length."""
    if values.ndim == 1:
        return pa.array(values)
    flat = pa.array(np.ascontiguousarray(values).reshape(-1))
    return pa.FixedSizeListArray.from_arrays(flat, values.shape[1])


def frame_columns(
    steps: int, rate: float, episode: int, first_frame: int, task: int
) -> dict[str, np.ndarray]:
    """The columns that every dataset has."""
    frames = np.arange(steps)
    columns = {
        "timestamp": frames / rate,
        "frame_index": frames,
        "episode_index": np.full(steps, episode),
        "index": first_frame + frames,
        "task_index": np.full(steps, task),
    }
    return {name: columns[name].astype(kind) for name, kind in FRAME_COLUMNS.items()}


def task_table(tasks: Sequence[str]) -> pa.Table:
    """Tasks as pandas writes them: LeRobot looks a task up in the table's index."""
    table = pa.table(
        {"task_index": pa.array(range(len(tasks)), pa.int64()), "task": pa.array(tasks)}
    )
    described: dict[str, Any] = {
        "index_columns": ["task"],
        "column_indexes": [
            {
                "name": None,
                "field_name": None,
                "pandas_type": "unicode",
                "numpy_type": "object",
                "metadata": {"encoding": "UTF-8"},
            }
        ],
        "columns": [
            {
                "name": name,
                "field_name": name,
                "pandas_type": kind,
                "numpy_type": stored,
                "metadata": None,
            }
            for name, kind, stored in (
                ("task_index", "int64", "int64"),
                ("task", "unicode", "object"),
            )
        ],
        "creator": {"library": "pyarrow", "version": pa.__version__},
        "pandas_version": "2.0.0",
    }
    return table.replace_schema_metadata({b"pandas": json.dumps(described).encode()})

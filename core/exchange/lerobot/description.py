"""What a LeRobot folder says of itself, read with suspicion."""

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from core.exchange.errors import UnusableSourceError
from core.exchange.lerobot import layout
from core.files import read_table

LARGEST_JSON = 16 * 2**20
"""Descriptions larger than this are not read [bytes]."""
LARGEST_TABLE = 2 * 2**30
"""Tables that declare more than this are not read [bytes]."""
MOST_ROWS = 20_000_000
"""Largest number of rows of one table."""


@dataclass(frozen=True)
class Description:
    """`meta/info.json`, checked."""

    rate: float
    """Frames a second [Hz]."""
    features: dict[str, dict[str, Any]]
    """{column: {dtype, shape, names}}"""
    video_path: str
    """Template of the videos' paths; empty if there are none."""


def read_description(root: Path) -> Description:
    """Of the dataset in `root`; raises :class:`UnusableSourceError`."""
    path = safe_file(root, layout.INFO)
    values = read_json(path)
    version = str(values.get("codebase_version"))
    if not version.startswith("v3."):
        raise UnusableSourceError(
            f"{root} is in LeRobot's format {version}; this program reads {layout.VERSION}: "
            "convert it with lerobot.datasets.v30.convert_dataset_v21_to_v30",
            root,
        )
    rate, features = values.get("fps"), values.get("features")
    if not isinstance(rate, int | float) or not 0 < rate < 1e6:
        raise UnusableSourceError(f"{path} says that fps is {rate!r}; expected a rate in Hz", path)
    if not isinstance(features, dict) or not all(_is_feature(f) for f in features.values()):
        raise UnusableSourceError(f"{path} has no usable table 'features'", path)
    if layout.ACTION not in features:
        raise UnusableSourceError(
            f"{root} has no column 'action'; there is nothing to learn from", root
        )
    return Description(float(rate), features, str(values.get("video_path") or ""))


def _is_feature(feature: Any) -> bool:
    return (
        isinstance(feature, dict)
        and isinstance(feature.get("dtype"), str)
        and isinstance(feature.get("shape"), list)
        and all(isinstance(n, int) and 0 < n < 2**24 for n in feature["shape"])
    )


def read_json(path: Path) -> dict[str, Any]:
    """The table in a JSON file; raises :class:`UnusableSourceError`."""
    try:
        return read_table(path, LARGEST_JSON)
    except ValueError as error:
        raise UnusableSourceError(f"{path} is no JSON ({error})", path) from error


def safe_file(root: Path, relative: str) -> Path:
    """A file inside `root`, reached without links.

    A description may name any path and a folder may hold links; neither leads out of `root`.
    Raises :class:`UnusableSourceError`.
    """
    path = root
    for part in Path(relative).parts:
        path = path / part
        if part in ("..", "/") or Path(part).is_absolute():
            raise UnusableSourceError(f"{root} names a file outside itself: {relative}", root)
        try:
            mode = os.lstat(path).st_mode
        except OSError as error:
            raise UnusableSourceError(
                f"{path} is missing; expected a dataset in LeRobot's format {layout.VERSION}", path
            ) from error
        if stat.S_ISLNK(mode):
            raise UnusableSourceError(
                f"{path} is a link and was not followed; copy the folder with its contents "
                "(cp -rL) and import the copy",
                path,
            )
    if not stat.S_ISREG(mode):
        raise UnusableSourceError(f"{path} is not a file", path)
    return path


def tables_in(root: Path, folder: str) -> list[Path]:
    """The Parquet files `chunk-…/file-….parquet` below a folder, in order."""
    found = sorted((root / folder).glob("chunk-*/file-*.parquet"))
    if not found:
        raise UnusableSourceError(f"{root / folder} holds no tables", root)
    return [safe_file(root, str(path.relative_to(root))) for path in found]


def open_table(path: Path) -> pq.ParquetFile:
    """A Parquet file whose declared size is bearable; raises :class:`UnusableSourceError`."""
    try:
        table = pq.ParquetFile(path, memory_map=False)
        declared = sum(
            table.metadata.row_group(number).total_byte_size
            for number in range(table.metadata.num_row_groups)
        )
        if not 0 <= declared <= LARGEST_TABLE or table.metadata.num_rows > MOST_ROWS:
            raise UnusableSourceError(
                f"{path} declares {table.metadata.num_rows:,} rows and {declared:,} bytes; it was "
                "not read",
                path,
            )
        return table
    except (pa.ArrowException, OSError) as error:
        raise UnusableSourceError(f"{path} is damaged ({error})", path) from error


def read_rows(path: Path, columns: list[str]) -> list[dict[str, Any]]:
    """The named columns of a small table as rows; columns that are missing are left out."""
    table = open_table(path)
    present = [name for name in columns if name in table.schema_arrow.names]
    try:
        rows: list[dict[str, Any]] = table.read(columns=present).to_pylist()
    except (pa.ArrowException, OSError) as error:
        raise UnusableSourceError(f"{path} is damaged ({error})", path) from error
    return rows

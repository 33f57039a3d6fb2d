"""Episodes as a folder in LeRobot's dataset format 3.0."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from core.data import Episode, read_episode
from core.data.episode import info_to_json
from core.exchange.choice import Chosen
from core.exchange.errors import NotExportableError
from core.exchange.lerobot import layout
from core.exchange.lerobot.statistics import (
    Statistics,
    column_statistics,
    image_statistics,
    merged,
)
from core.exchange.lerobot.tables import data_table, frame_columns, task_table
from core.exchange.whole import exported_folder
from core.spec import COMMAND_NAMES

ROBOT = "act-jepa-studio-arm"


def export_lerobot(chosen: Chosen, out: Path | str, *, replace: bool = False) -> Iterator[int]:
    """Write the episodes into the folder `out`, which appears whole or not at all.

    Images are stored without loss. Yields the number of episodes done; the folder is there after
    the last. Raises :class:`TargetError` if `out` exists and `replace` is not set,
    :class:`NotExportableError` for a control rate that is no whole number, and
    :class:`core.data.StorageError` when the disk refuses.
    """
    rate = chosen.control_rate
    if rate != int(rate):
        raise NotExportableError(
            f"a control rate of {rate:g} Hz; LeRobot's format holds whole numbers only"
        )
    with exported_folder(Path(out).absolute(), replace=replace) as building:
        writer = _Writer(building, chosen)
        for number, path in enumerate(chosen.paths, start=1):
            writer.add(read_episode(path))
            if number < len(chosen.paths):
                yield number
        writer.finish()
    yield len(chosen.paths)


@dataclass
class _Writer:
    """Fills one folder, an episode at a time, in constant memory."""

    folder: Path
    chosen: Chosen
    frames: int = 0
    tasks: list[str] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    statistics: dict[str, list[Statistics]] = field(default_factory=dict)
    features: dict[str, Any] = field(default_factory=dict)
    data: pq.ParquetWriter | None = None
    """Writes the data file that is being filled."""
    path: Path = Path()
    """Where that file is."""
    file: int = 0
    """Its number."""

    def add(self, episode: Episode) -> None:
        """Append one episode's rows."""
        info = episode.info
        if info.task not in self.tasks:
            self.tasks.append(info.task)
        task = self.tasks.index(info.task)
        columns = _columns(episode)
        images = {layout.image_key(name): values for name, values in episode.images.items()}
        if len(images) < len(episode.images):
            raise NotExportableError(
                f"{info.identifier} has images {', '.join(episode.images)}, which LeRobot would "
                "call the same; rename them"
            )
        if not self.features:
            self.features = _features(episode, columns, images)
        number = len(self.rows)
        columns |= frame_columns(len(episode), info.control_rate, number, self.frames, task)
        chunk, file = self._write(data_table(columns, images, 0))
        statistics = {name: column_statistics(values) for name, values in columns.items()}
        statistics |= {name: image_statistics(values) for name, values in images.items()}
        for name, found in statistics.items():
            self.statistics.setdefault(name, []).append(found)
        self.rows.append(self._row(episode, number, (chunk, file), statistics))
        self.frames += len(episode)

    def _write(self, table: pa.Table) -> tuple[int, int]:
        """Append a row group, to a new file where the present one is large enough."""
        if self.data is not None and self.path.stat().st_size >= layout.DATA_MEGABYTES * 2**20:
            self.data.close()
            self.data, self.file = None, self.file + 1
        chunk, file = divmod(self.file, layout.CHUNK_FILES)
        if self.data is None:
            self.path = self.folder / layout.DATA.format(chunk_index=chunk, file_index=file)
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.data = pq.ParquetWriter(self.path, table.schema, compression="snappy")
        self.data.write_table(table)
        return chunk, file

    def _row(
        self,
        episode: Episode,
        number: int,
        place: tuple[int, int],
        statistics: dict[str, Statistics],
    ) -> dict[str, Any]:
        """What the table of episodes says of one."""
        row: dict[str, Any] = {
            "episode_index": number,
            "tasks": [episode.info.task],
            "length": len(episode),
            "data/chunk_index": place[0],
            "data/file_index": place[1],
            "dataset_from_index": self.frames,
            "dataset_to_index": self.frames + len(episode),
            "meta/episodes/chunk_index": 0,
            "meta/episodes/file_index": 0,
            layout.OWN_INFO: json.dumps(info_to_json(episode.info)),
        }
        for name, values in statistics.items():
            row |= {f"stats/{name}/{key}": value.tolist() for key, value in values.items()}
        return row

    def finish(self) -> None:
        """Close the data and write what describes it."""
        if self.data is not None:
            self.data.close()
        episodes = self.folder / layout.EPISODES.format(chunk_index=0, file_index=0)
        episodes.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist(self.rows), episodes)
        pq.write_table(task_table(self.tasks), self.folder / layout.TASKS)
        statistics = {
            name: {key: value.tolist() for key, value in merged(parts).items()}
            for name, parts in self.statistics.items()
        }
        _write_json(self.folder / layout.STATISTICS, statistics)
        _write_json(
            self.folder / layout.INFO,
            {
                "codebase_version": layout.VERSION,
                "robot_type": ROBOT if self.chosen.infos[0].action_units is None else "unknown",
                "total_episodes": len(self.rows),
                "total_frames": self.frames,
                "total_tasks": len(self.tasks),
                "chunks_size": layout.CHUNK_FILES,
                "data_files_size_in_mb": layout.DATA_MEGABYTES,
                "video_files_size_in_mb": 200,
                "fps": int(self.chosen.control_rate),
                "splits": {"train": f"0:{len(self.rows)}"},
                "data_path": layout.DATA,
                "video_path": None,
                "features": self.features,
            },
        )


def _columns(episode: Episode) -> dict[str, np.ndarray]:
    """An episode's arrays under LeRobot's names, (T,) or (T, size)."""
    units = episode.info.action_units
    actions = episode.actions if units is None else units.in_robot_units(episode.actions)
    success = np.zeros(len(episode), dtype=np.bool_)
    success[-1] = bool(episode.info.success)
    columns = {
        layout.STATE: np.concatenate(list(episode.observations.values()), axis=1),
        layout.ACTION: actions,
        "next.reward": episode.rewards,
        "next.done": episode.dones.astype(np.bool_),
        "next.success": success,
        layout.OWN_INTERVENTIONS: episode.interventions,
    }
    if episode.states.shape[1]:
        columns[layout.OWN_STATES] = episode.states
    # lists of one number are plain columns there
    return {
        name: values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
        for name, values in columns.items()
    }


def _features(
    episode: Episode, columns: dict[str, np.ndarray], images: dict[str, np.ndarray]
) -> dict[str, Any]:
    """The table of columns in `info.json`."""
    units = episode.info.action_units
    A = episode.actions.shape[1]
    commands = COMMAND_NAMES if len(COMMAND_NAMES) == A else [f"action_{i}" for i in range(A)]
    names = {
        layout.STATE: layout.entry_names(
            {name: values.shape[1] for name, values in episode.observations.items()}
        ),
        layout.ACTION: list(commands if units is None else units.names),
    }
    features: dict[str, Any] = {
        name: {
            "dtype": str(values.dtype),
            "shape": [1 if values.ndim == 1 else values.shape[1]],
            "names": names.get(name),
        }
        for name, values in columns.items()
    }
    for key, pictures in images.items():
        features[key] = {
            "dtype": "image",
            "shape": list(pictures.shape[1:]),
            "names": ["height", "width", "channels"],
        }
    for name, kind in layout.FRAME_COLUMNS.items():
        features[name] = {"dtype": kind, "shape": [1], "names": None}
    return features


def _write_json(path: Path, values: dict[str, Any]) -> None:
    path.write_text(json.dumps(values, indent=4), encoding="utf-8")

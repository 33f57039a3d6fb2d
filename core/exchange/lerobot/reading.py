"""LeRobot datasets of format 3.0, of any robot, as episodes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from core.exchange.errors import UnusableSourceError
from core.exchange.lerobot import columns, layout
from core.exchange.lerobot.description import read_description, read_rows, safe_file, tables_in
from core.exchange.source import ForeignEpisode, own_info
from core.exchange.video import VideoFrames

OTHERS = (
    "next.reward",
    "next.done",
    "next.success",
    "task_index",
    layout.OWN_STATES,
    layout.OWN_INTERVENTIONS,
)
"""Columns other than observations and actions that are read where they exist."""


class LeRobotSource:
    """Episodes of one LeRobot folder.

    Raises :class:`UnusableSourceError` for a folder that is none, is of another version, or
    leads out of itself.
    """

    def __init__(
        self,
        root: Path | str,
        *,
        task: str | None = None,
        control_rate: float | None = None,
        images: bool = True,
    ) -> None:
        """`task` and `control_rate` [Hz] replace what the dataset says."""
        self.path = Path(root).absolute()
        if not self.path.is_dir():
            raise UnusableSourceError(
                f"{self.path} is no folder; expected a LeRobot dataset", self.path
            )
        self._description = read_description(self.path)
        self.control_rate = control_rate or self._description.rate
        self.notes: list[str] = []
        self._task = task
        self._features = self._description.features
        self._tables = tables_in(self.path, "data")
        self._tasks = self._read_tasks()
        self._rows = self._read_episodes()
        names = layout.flat_names(self._features[layout.ACTION].get("names"))
        size = int(np.prod(self._features[layout.ACTION]["shape"]))
        self.action_names = tuple(names) if len(names) == size == len(set(names)) else ()
        self._vectors, self._images, self._videos = self._sorted_features(images)

    def __len__(self) -> int:
        return len(self._rows)

    def actions(self) -> Iterator[np.ndarray]:
        """The actions (T, A) of each episode, in the robot's own units."""
        for _, rows in columns.episodes_of(self._tables, [layout.ACTION]):
            yield self._numbers(rows, layout.ACTION).astype(np.float64)

    def episodes(self) -> Iterator[ForeignEpisode]:
        """The episodes in the order of the data."""
        others = [name for name in OTHERS if name in self._features]
        wanted = [*self._vectors, *others, *self._images, layout.ACTION]
        videos: dict[str, VideoFrames] = {}
        try:
            for number, rows in columns.episodes_of(self._tables, wanted):
                yield self._episode(number, rows, videos)
        finally:
            for video in videos.values():
                video.close()

    def _episode(
        self, number: int, rows: pa.Table, videos: dict[str, VideoFrames]
    ) -> ForeignEpisode:
        about = self._rows.get(number)
        if about is None:
            raise UnusableSourceError(
                f"{self.path} has data of episode {number}, which its description lacks", self.path
            )
        images = {layout.image_name(key): columns.images(rows, key) for key in self._images}
        for key in self._videos:
            images[layout.image_name(key)] = self._filmed(key, about, rows.num_rows, videos)
        observations = self._observations(rows)
        info = own_info(about.get(layout.OWN_INFO), rows.num_rows, observations)
        actions = self._numbers(rows, layout.ACTION)
        if info is not None and info.action_units is not None:
            actions = np.clip(info.action_units.in_commands(actions), -1.0, 1.0)
        success = self._column(rows, "next.success")
        states = None
        if layout.OWN_STATES in rows.schema.names:
            states = self._numbers(rows, layout.OWN_STATES).astype(np.float64)
        task = int(rows.column("task_index")[0].as_py()) if "task_index" in rows.schema.names else 0
        return ForeignEpisode(
            name=f"episode-{number:06d}",
            task=self._task or self._tasks.get(task) or self.path.name,
            observations=observations,
            actions=actions,
            success=None if success is None else bool(success.any()),
            rewards=self._column(rows, "next.reward"),
            dones=self._column(rows, "next.done"),
            states=states,
            interventions=self._column(rows, layout.OWN_INTERVENTIONS),
            images=images,
            info=info,
        )

    def _observations(self, rows: pa.Table) -> dict[str, np.ndarray]:
        """{field: (T, size)}; a state whose entries tell their fields is taken apart again."""
        found: dict[str, np.ndarray] = {}
        for key in self._vectors:
            values = self._numbers(rows, key)
            fields = layout.fields_of(layout.flat_names(self._features[key].get("names")))
            if sum(fields.values()) != values.shape[1]:
                fields = {key.removeprefix("observation.").replace("/", "_"): values.shape[1]}
            parts = np.split(values, np.cumsum(list(fields.values()))[:-1], axis=1)
            found |= zip(fields, parts, strict=True)
        return found

    def _filmed(
        self, key: str, about: dict[str, Any], steps: int, videos: dict[str, VideoFrames]
    ) -> np.ndarray:
        """An episode's part of a video (T, height, width, 3); one file a camera stays open."""
        try:
            relative = self._description.video_path.format(
                video_key=key,
                chunk_index=int(about[f"videos/{key}/chunk_index"]),
                file_index=int(about[f"videos/{key}/file_index"]),
            )
            first = round(float(about[f"videos/{key}/from_timestamp"]) * self._description.rate)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            raise UnusableSourceError(
                f"{self.path} does not tell where the video of {key!r} is ({error})", self.path
            ) from error
        path = safe_file(self.path, relative)
        if key not in videos or videos[key].path != path:
            if key in videos:
                videos.pop(key).close()
            videos[key] = VideoFrames(path, self._description.rate)
        return videos[key].take(first, steps)

    def _numbers(self, rows: pa.Table, name: str) -> np.ndarray:
        """A column (T, size)."""
        return columns.numbers(rows, name, self._features[name]["shape"])

    def _column(self, rows: pa.Table, name: str) -> np.ndarray | None:
        return columns.numbers(rows, name, [1])[:, 0] if name in rows.schema.names else None

    def _sorted_features(self, images: bool) -> tuple[list[str], list[str], list[str]]:
        """Observations that are vectors, embedded images and videos."""
        vectors: list[str] = []
        pictures: dict[str, list[str]] = {"image": [], "video": []}
        for key, feature in self._features.items():
            kind = feature["dtype"]
            if not key.startswith("observation."):
                continue
            if kind in pictures:
                pictures[kind] += [key] if images else []
            elif kind.startswith(("float", "int", "uint", "bool")):
                vectors.append(key)
            else:
                self.notes.append(f"observation {key!r} holds {kind} and was left out")
        if not vectors:
            raise UnusableSourceError(
                f"{self.path} has no observations but images; learning needs 'observation.state'",
                self.path,
            )
        return vectors, pictures["image"], pictures["video"]

    def _read_tasks(self) -> dict[int, str]:
        path = safe_file(self.path, layout.TASKS)
        names = ["task_index", "task", "__index_level_0__"]
        found: dict[int, str] = {}
        for row in read_rows(path, names):
            name = row.get("task") or row.get("__index_level_0__")
            if isinstance(row.get("task_index"), int) and isinstance(name, str) and name.strip():
                found[row["task_index"]] = name
        return found

    def _read_episodes(self) -> dict[int, dict[str, Any]]:
        """What the tables of episodes say, by the number of the episode."""
        names = ["episode_index", layout.OWN_INFO]
        for key, feature in self._features.items():
            if feature["dtype"] == "video":
                places = ("chunk_index", "file_index", "from_timestamp")
                names += [f"videos/{key}/{place}" for place in places]
        rows = [row for t in tables_in(self.path, "meta/episodes") for row in read_rows(t, names)]
        return {row["episode_index"]: row for row in rows if isinstance(row["episode_index"], int)}

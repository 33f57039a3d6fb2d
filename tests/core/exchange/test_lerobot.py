"""LeRobot's folders: export then import gives back the data, and anybody's becomes episodes."""

import json
import shutil
from dataclasses import replace

import av
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.data import RecordingError, StorageError, read_episode, write_episode
from core.exchange import (
    ExchangeError,
    LimitedSource,
    NotExportableError,
    TargetError,
    UnusableSourceError,
    choose_episodes,
    same_data,
)
from core.exchange.lerobot import LeRobotSource, export_lerobot
from core.exchange.pictures import to_png
from core.learning import Dataset
from core.spec import Actions


@pytest.fixture
def exported(workspace, tmp_path):
    out = tmp_path / "out"
    assert list(export_lerobot(choose_episodes(workspace), out)) == [1, 2, 3, 4]
    return out


def test_export_then_import_gives_back_every_field(exported, episodes, tmp_path, take_in):
    done = take_in(LeRobotSource(exported), tmp_path / "back")
    for item, episode in zip(done, episodes, strict=True):
        again = read_episode(item.path)
        assert same_data(again, episode)
        assert again.info == episode.info


def test_the_folder_is_as_lerobot_expects(exported, episodes):
    info = json.loads((exported / "meta/info.json").read_text())
    frames = sum(map(len, episodes))
    assert (info["codebase_version"], info["fps"]) == ("v3.0", 20)
    assert (info["total_episodes"], info["total_frames"]) == (4, frames)
    assert info["features"]["observation.state"]["shape"] == [11]
    assert info["features"]["observation.images.wrist"]["dtype"] == "image"
    table = pq.read_table(exported / "data/chunk-000/file-000.parquet")
    assert set(table.column_names) == set(info["features"])
    assert table.column("index").to_pylist() == list(range(frames))
    assert table.schema.field("timestamp").type == pa.float32()
    rows = pq.read_table(exported / "meta/episodes/chunk-000/file-000.parquet").to_pylist()
    assert [row["length"] for row in rows] == [len(e) for e in episodes]
    assert rows[1]["dataset_from_index"] == len(episodes[0])
    everything = np.concatenate([e.actions for e in episodes]).astype(np.float64)
    statistics = json.loads((exported / "meta/stats.json").read_text())
    np.testing.assert_allclose(statistics["action"]["mean"], everything.mean(axis=0))
    np.testing.assert_allclose(statistics["action"]["std"], everything.std(axis=0))
    assert np.shape(statistics["observation.images.wrist"]["mean"]) == (3, 1, 1)


def test_other_units_are_given_back_to_the_robot(episodes, tmp_path, take_in):
    units = Actions(tuple("abcdefg"), offset=(5.0,) * 7, scale=(90.0,) * 7)
    folder = tmp_path / "degrees"
    for episode in episodes:
        info = replace(episode.info, action_units=units, model_hash="none")
        write_episode(folder, replace(episode, info=info))
    list(export_lerobot(choose_episodes(folder), tmp_path / "out"))
    table = pq.read_table(tmp_path / "out/data/chunk-000/file-000.parquet")
    first = np.array(table.column("action")[0].as_py())
    np.testing.assert_allclose(first, 5 + 90 * episodes[0].actions[0], rtol=1e-6)
    done = take_in(LeRobotSource(tmp_path / "out"), tmp_path / "back")
    again = read_episode(done[0].path)
    np.testing.assert_allclose(again.actions, episodes[0].actions, atol=1e-6)
    assert again.info.action_units == units


def foreign(exported, *, video: bool = False):
    """The folder as somebody else's program would have written it: a robot of six joints."""
    random = np.random.default_rng(0)
    for column in ("next.reward", "next.done", "next.success", "intervention", "simulator_state"):
        rewrite(exported, drop=column)
    table = pq.read_table(exported / "data/chunk-000/file-000.parquet")
    values = random.uniform(-90, 90, (table.num_rows, 6)).astype(np.float32)
    actions = pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), 6)
    table = table.set_column(table.column_names.index("action"), "action", actions)
    path = exported / "meta/info.json"
    info = json.loads(path.read_text())
    names = [f"joint_{i}.pos" for i in range(5)] + ["gripper"]
    info["features"]["action"] |= {"shape": [6], "names": {"motors": names}}
    info["features"]["observation.state"]["names"] = None
    info["fps"] = 30
    episodes = exported / "meta/episodes/chunk-000/file-000.parquet"
    rows = pq.read_table(episodes).drop_columns(["act_jepa_studio/episode_info"])
    for camera in ("workspace", "wrist"):
        key = f"observation.images.{camera}"
        table = table.drop_columns([key])
        del info["features"][key]
    if video:
        info["features"]["observation.images.top"] = {
            "dtype": "video",
            "shape": [32, 48, 3],
            "names": ["height", "width", "channels"],
        }
        info["video_path"] = "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4"
        starts = np.array(rows.column("dataset_from_index").to_pylist()) / 30
        prefix = "videos/observation.images.top"
        zeros = pa.array([0] * rows.num_rows)
        rows = rows.append_column(f"{prefix}/chunk_index", zeros)
        rows = rows.append_column(f"{prefix}/file_index", zeros)
        rows = rows.append_column(f"{prefix}/from_timestamp", pa.array(starts))
        film(exported / "videos/observation.images.top/chunk-000/file-000.mp4", table.num_rows)
    pq.write_table(table, exported / "data/chunk-000/file-000.parquet")
    pq.write_table(rows, episodes)
    path.write_text(json.dumps(info))
    return values


def rewrite(exported, drop: str) -> None:
    path = exported / "data/chunk-000/file-000.parquet"
    pq.write_table(pq.read_table(path).drop_columns([drop]), path)
    info = json.loads((exported / "meta/info.json").read_text())
    del info["features"][drop]
    (exported / "meta/info.json").write_text(json.dumps(info))


def film(path, frames: int) -> None:
    """A video whose frame number n is uniformly grey 2 n."""
    path.parent.mkdir(parents=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = 48, 32, "yuv420p"
        stream.options = {"crf": "1"}
        for number in range(frames):
            picture = np.full((32, 48, 3), 2 * number % 256, dtype=np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_anybodys_folder_becomes_a_dataset(exported, episodes, tmp_path, take_in):
    actions = foreign(exported, video=True)
    done = take_in(LeRobotSource(exported), tmp_path / "theirs")
    imported = [read_episode(item.path) for item in done]
    assert imported[0].info.identifier == "out-episode-000000"
    assert (imported[0].info.control_rate, imported[0].info.success) == (30.0, None)
    units = imported[0].info.action_units
    assert units.names == (*[f"joint_{i}.pos" for i in range(5)], "gripper_position")
    start = 0
    for episode in imported:
        there = units.in_robot_units(episode.actions)
        np.testing.assert_allclose(there, actions[start : start + len(there)], atol=1e-3)
        grey = episode.images["top_image"][:, 16, 24, 1].astype(float)
        np.testing.assert_allclose(grey, 2 * np.arange(start, start + len(there)), atol=4)
        start += len(there)
    assert list(imported[1].observations) == ["state"]
    np.testing.assert_array_equal(
        imported[1].observations["state"],
        np.concatenate(list(episodes[1].observations.values()), axis=1),
    )
    dataset = Dataset.from_episodes([read_episode(i.path, images=False) for i in done])
    assert (dataset.spec.vector_size, dataset.spec.actions.size) == (11, 6)


def edit(exported, **changes) -> None:
    path = exported / "meta/info.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_what_cannot_be_read_is_refused_in_a_sentence(exported, tmp_path, take_in):
    def copy(name):
        return shutil.copytree(exported, tmp_path / name)

    old = copy("old")
    edit(old, codebase_version="v2.1")
    with pytest.raises(UnusableSourceError, match="convert it with"):
        LeRobotSource(old)
    rate = copy("rate")
    edit(rate, fps=0)
    with pytest.raises(UnusableSourceError, match="fps is 0"):
        LeRobotSource(rate)
    cut = copy("cut")
    data = cut / "data/chunk-000/file-000.parquet"
    data.write_bytes(data.read_bytes()[:-100])
    with pytest.raises(UnusableSourceError, match="is damaged"):
        take_in(LeRobotSource(cut), tmp_path / "x")
    lacking = copy("lacking")
    edit(lacking, features={"action": {"dtype": "float32", "shape": [7], "names": None}})
    with pytest.raises(UnusableSourceError, match="no observations"):
        LeRobotSource(lacking)
    (copy("gone") / "meta/info.json").unlink()
    with pytest.raises(UnusableSourceError, match=r"info\.json is missing"):
        LeRobotSource(tmp_path / "gone")
    noise = copy("noise")
    (noise / "meta/info.json").write_text("{" * 1000)
    with pytest.raises(UnusableSourceError, match="is no JSON"):
        LeRobotSource(noise)


def import_limited(folder, out, take_in):
    with LimitedSource("lerobot", folder) as source:
        return take_in(source, out)


def mutated(path, seed: int, start: int = 0) -> None:
    random = np.random.default_rng(seed)
    data = bytearray(path.read_bytes())
    for place in random.integers(start, len(data), 12):
        data[place] ^= int(random.integers(1, 256))
    path.write_bytes(data)


@pytest.mark.parametrize("table", ["data", "meta/episodes"])
@pytest.mark.parametrize("seed", ["cut", 1, 2, 3])
def test_damaged_tables_are_an_error_or_nothing_at_all(exported, tmp_path, take_in, table, seed):
    path = exported / table / "chunk-000/file-000.parquet"
    if seed == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    else:
        mutated(path, seed, start=path.stat().st_size - 2000)  # where the tables are described
    with pytest.raises((ExchangeError, RecordingError)) as caught:
        import_limited(exported, tmp_path / "x", take_in)
    assert str(exported) in str(caught.value)


@pytest.mark.parametrize("harm", ["cut", "noise", "huge"])
def test_damaged_images_are_an_error(exported, tmp_path, take_in, harm):
    path = exported / "data/chunk-000/file-000.parquet"
    table = pq.read_table(path)
    column = "observation.images.wrist"
    rows = table.column(column).to_pylist()
    data = rows[15]["bytes"]
    if harm == "huge":  # 190 MB from each of a few kB
        picture = to_png(np.zeros((8000, 8000, 3), np.uint8))
        rows = [{"bytes": picture, "path": ""} for _ in rows]
    else:
        rows[15]["bytes"] = data[:200] if harm == "cut" else data[:60] + bytes(40) + data[100:]
    images = pa.array(rows, type=table.schema.field(column).type)
    pq.write_table(table.set_column(table.column_names.index(column), column, images), path)
    words = "more than 1 GiB; leave them out" if harm == "huge" else "an image cannot be read"
    with pytest.raises(UnusableSourceError, match=words):
        import_limited(exported, tmp_path / "x", take_in)
    assert len(list((tmp_path / "x").rglob("*.hdf5"))) == (0 if harm == "huge" else 1)


@pytest.mark.parametrize("harm", ["cut", "other", "stops"])
def test_damaged_videos_are_an_error(exported, tmp_path, take_in, harm):
    foreign(exported, video=True)
    path = exported / "videos/observation.images.top/chunk-000/file-000.mp4"
    if harm == "stops":
        path.unlink()
        path.parent.rmdir()
        film(path, 15)
    elif harm == "cut":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    else:
        path.write_bytes(b"#EXTM3U\nhttp://localhost/secret.mp4\n")
    words = "ends at frame 15" if harm == "stops" else "is no MP4 video"
    with pytest.raises(UnusableSourceError, match=words):
        import_limited(exported, tmp_path / "x", take_in)


def test_of_many_videos_few_are_open(exported):
    foreign(exported, video=True)
    folder = exported / "videos/observation.images.top"
    table = exported / "meta/episodes/chunk-000/file-000.parquet"
    rows = pq.read_table(table)
    key = "videos/observation.images.top"
    for name, values in (("file_index", [0, 1, 2, 0]), ("from_timestamp", [0.0] * 4)):
        place = rows.column_names.index(f"{key}/{name}")
        rows = rows.set_column(place, f"{key}/{name}", pa.array(values))
    pq.write_table(rows, table)
    for number in (1, 2):
        shutil.copy(folder / "chunk-000/file-000.mp4", folder / f"chunk-000/file-00{number}.mp4")
    with LimitedSource("lerobot", exported) as source:
        found = [episode.images["top_image"][:, 0, 0, 0] for episode in source.episodes()]
    np.testing.assert_allclose(found[3].astype(float), 2 * np.arange(len(found[3])), atol=4)


def test_nothing_outside_the_folder_is_read(exported, tmp_path, take_in):
    foreign(exported, video=True)
    secret = tmp_path / "secret.mp4"
    film(tmp_path / "videos" / "secret.mp4", 200)
    (tmp_path / "videos" / "secret.mp4").rename(secret)
    edit(exported, video_path="../secret.mp4")
    with pytest.raises(UnusableSourceError, match="outside itself"):
        take_in(LeRobotSource(exported), tmp_path / "x")
    edit(exported, video_path=str(secret))
    with pytest.raises(UnusableSourceError, match="outside itself"):
        take_in(LeRobotSource(exported), tmp_path / "x")
    edit(exported, video_path="videos/linked.mp4")
    (exported / "videos/linked.mp4").symlink_to(secret)
    with pytest.raises(UnusableSourceError, match="is a link"):
        take_in(LeRobotSource(exported), tmp_path / "x")


def test_an_export_is_whole_or_not_there(workspace, tmp_path, disk_of):
    chosen = choose_episodes(workspace)
    out = tmp_path / "new" / "out"
    stopped = export_lerobot(chosen, out)
    next(stopped)
    stopped.close()
    assert list(out.parent.iterdir()) == []
    for size in (100, 20_000):
        with disk_of(size), pytest.raises(StorageError):
            list(export_lerobot(chosen, out))
        assert list(out.parent.iterdir()) == []
    list(export_lerobot(chosen, out))
    with pytest.raises(TargetError, match="exists already"):
        list(export_lerobot(chosen, out))
    list(export_lerobot(chosen, out, replace=True))
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_a_rate_that_is_no_whole_number_is_refused(episodes, tmp_path):
    info = replace(episodes[0].info, control_rate=12.5)
    write_episode(tmp_path / "a", replace(episodes[0], info=info))
    with pytest.raises(NotExportableError, match=r"12\.5 Hz"):
        list(export_lerobot(choose_episodes(tmp_path / "a"), tmp_path / "out"))

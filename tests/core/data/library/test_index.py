import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest

from core.data import Library, StorageError, open_index, read_episode, write_episode
from core.data.library.index import INDEX
from core.data.rows import row_of
from core.data.vetted import inspection as inspection_module


@pytest.fixture
def folder(tmp_path, make_episode) -> Path:
    for number in range(3):
        write_episode(tmp_path / "episodes", make_episode(identifier=f"e{number}", seed=number))
    return tmp_path / "episodes"


@pytest.fixture
def no_child(monkeypatch):
    """Any file that is opened in a child fails the test."""
    monkeypatch.setattr(inspection_module, "COMMAND", ("-c", "raise SystemExit(3)"))


def test_rows_say_what_the_episodes_say(folder):
    index = open_index(folder)
    assert [row.identifier for row in index.rows] == ["e0", "e1", "e2"]
    for row in index.rows:
        episode = read_episode(row.path)
        assert row == row_of(row.path, episode)
        assert row.info == episode.info
        assert (row.known.task, row.known.steps, row.known.duration) == ("push", 30, 1.5)
        assert (row.known.success, row.known.operator, row.known.tags) == (True, "script", ())
        assert row.action_counts.sum(axis=1).tolist() == [30] * 7
        assert row.start == pytest.approx(episode.observations["end_effector_position"][0])
        assert row.goal is None
        assert np.isfinite([row.idle, row.jerk, row.path_length, row.roughness]).all()


@pytest.mark.usefixtures("no_child")
def test_the_file_spares_reading_again(folder):
    first = open_index(folder)
    assert (folder / INDEX).exists()
    assert open_index(folder).rows == first.rows
    assert first.refresh() is False


def test_only_what_changed_is_read(folder, make_episode):
    index = open_index(folder)
    before = index.rows
    write_episode(folder, make_episode(identifier="e1", seed=9), replace=True)
    write_episode(folder, make_episode(identifier="e3"))
    (folder / "e0.hdf5").unlink()
    assert index.refresh() is True
    assert [row.identifier for row in index.rows] == ["e1", "e2", "e3"]
    assert index.rows[1] is before[2]
    assert index.rows[0].info.seed == 9
    assert open_index(folder).rows == index.rows


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: "",
        lambda text: text[: len(text) // 2],
        lambda _: "[" * 100_000,
        lambda text: text.replace('"version":3', '"version":0'),
        lambda text: text.replace('"shared":[', '"shared":[],"other":['),
        lambda text: text.rpartition("\n")[0],
        lambda text: text.replace('"counts":"7:', '"counts":"9:'),
        lambda text: text.replace('"e1.hdf5"', '"../e1.hdf5"'),
        lambda text: text.replace('"steps":30', '"steps":-1'),
    ],
)
def test_a_damaged_index_is_made_again(folder, damage):
    rows = open_index(folder).rows
    text = (folder / INDEX).read_text()
    damaged = damage(text)
    assert damaged != text
    (folder / INDEX).write_text(damaged)
    assert open_index(folder).rows == rows
    assert (folder / INDEX).read_text() == text


def test_a_stale_index_is_brought_up_to_date(folder):
    open_index(folder)
    old = (folder / INDEX).read_bytes()
    Library(folder).editor.relabel("e0", False)
    (folder / INDEX).write_bytes(old)
    assert [row.known.success for row in open_index(folder).rows] == [False, True, True]


def test_undo_brings_the_row_back_without_reading(folder):
    library = Library(folder)
    before = library.entries()
    library.editor.delete("e1")
    assert len(library.entries()) == 2
    library.editor.undo()
    assert library.entries()[1] is before[1]


def test_a_folder_that_is_not_there_or_cannot_be_written(tmp_path, folder):
    assert open_index(tmp_path / "none").rows == ()
    assert not (tmp_path / "none").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot list"):
        open_index(tmp_path / "file")
    assert len(open_index(folder, save=False).rows) == 3
    assert not (folder / INDEX).exists()


def test_strangers_are_read_in_a_child_which_tells_the_same(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "copy", ignore=lambda *_: [INDEX])
    (tmp_path / "copy" / "broken.hdf5").write_bytes(b"nothing")
    index = open_index(tmp_path / "copy")
    assert len(index.rows) == 4
    assert "not an HDF5 file" in str(index.rows[0].problem)
    for row in index.rows[1:]:
        assert row == row_of(row.path, read_episode(row.path))


@pytest.mark.usefixtures("no_child")
def test_a_child_that_dies_is_a_broken_file(folder):
    shutil.copy(folder / "e0.hdf5", folder / "trap.hdf5")
    index = open_index(folder)
    assert [row.identifier for row in index.rows if row.problem] == ["trap"]
    assert "crashed its reader (exit code 3)" in str(index.rows[-1].problem)


def test_what_a_permission_forbids_is_tried_again(folder):
    # A link to a file that comes later stands for what cannot be read just now.
    (folder / "late.hdf5").symlink_to(folder / "gone.hdf5")
    assert open_index(folder).rows[-1].passing
    (folder / "e2.hdf5").rename(folder / "gone.hdf5")
    assert open_index(folder).rows[-1].problem is None


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path, make_episode):
    outside = write_episode(tmp_path / "elsewhere", make_episode(identifier="private"))
    (folder / "link.hdf5").symlink_to(outside)
    assert "is a link to a file in another folder" in str(open_index(folder).rows[-1].problem)


def test_ten_thousand_episodes_open_within_a_second(tmp_path, make_episode):
    """From the index, with every file looked at; a twentieth of them, in the time asked for all."""
    path = write_episode(tmp_path, make_episode(identifier="e"))
    for number in range(500):
        os.link(path, tmp_path / f"e{number:05d}.hdf5")
    assert len(open_index(tmp_path).rows) == 501
    times = []
    for _ in range(3):
        began = time.perf_counter()
        assert len(open_index(tmp_path).rows) == 501
        times.append(time.perf_counter() - began)
    assert min(times) < 1.0

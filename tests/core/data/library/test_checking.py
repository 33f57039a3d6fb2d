import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from core.data import Selections, StorageError, Workspace, check, open_index, read_episode
from core.data.library.index import INDEX

HERE = Path(__file__).parents[1]


@pytest.fixture
def workspace(tmp_path, make_episode) -> Workspace:
    workspace = Workspace(tmp_path / "mine")
    for number in range(4):
        workspace.library.add(make_episode(identifier=f"e{number}", seed=number))
    return workspace


def contents(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != INDEX)
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def change(path: Path, **options) -> h5py.File:
    return h5py.File(path, "r+", **options)


def test_good_folders_have_no_problems_and_stay_as_they_are(workspace):
    before = contents(workspace.root)
    assert check(workspace.root).problems == ()
    checked = check(workspace.root, repair=True)
    assert (checked.problems, checked.recordings) == ((), 4)
    assert contents(workspace.root) == before
    assert (
        check(workspace.episodes).problems == check(workspace.episodes / "e0.hdf5").problems == ()
    )
    with pytest.raises(StorageError, match="does not exist"):
        check(workspace.root / "typo")


def test_every_problem_is_named_and_what_can_be_mended_is(workspace):
    folder = workspace.episodes
    good = {name: data for name, data in contents(folder).items() if name in ("e2.hdf5",)}
    (folder / "e1.hdf5").write_bytes((folder / "e1.hdf5").read_bytes()[:-50])
    (folder / "e0.hdf5").rename(folder / "renamed.hdf5")
    (folder / "foreign.hdf5").write_bytes(b"somebody else's")
    with change(folder / "e3.hdf5") as file:
        del file["data/demo_0"].attrs["num_samples"], file["data"].attrs["total"]
        del file["data"].attrs["env_args"], file["data/demo_0/dones"]
        del file.attrs["format"]
    wanted = read_episode_ignoring_marks(folder / "e3.hdf5")
    (folder / INDEX).write_text("{")
    for name in (".writing-1-x.tmp", ".writing-2-young.tmp"):
        (folder / name).write_bytes(b"")
    os.utime(folder / ".writing-1-x.tmp", (1, 1))
    Selections(workspace).save("mine", ["e0"])
    (workspace.root / "selections" / "mine.json").write_text("[]")

    before = contents(workspace.root)
    problems = {problem.path.name: problem for problem in check(workspace.root).problems}
    assert contents(workspace.root) == before
    assert set(problems) == {
        "e1.hdf5",
        "renamed.hdf5",
        "foreign.hdf5",
        "e3.hdf5",
        INDEX,
        ".writing-1-x.tmp",
        "selections",
    }
    assert "cut short" in problems["e1.hdf5"].text
    assert "rename it back" in problems["renamed.hdf5"].text
    for missing in ("(total)", "(num_samples)", "env_args", "last step", "mark of its format"):
        assert missing in problems["e3.hdf5"].text

    repaired = check(workspace.root, repair=True).problems
    left = {problem.path.name for problem in repaired if not problem.repaired}
    assert left == {"foreign.hdf5", "selections"}
    assert (workspace.root / "damaged" / "e1.hdf5").read_bytes() == before["episodes/e1.hdf5"]
    assert (folder / "foreign.hdf5").read_bytes() == b"somebody else's"
    assert not (folder / ".writing-1-x.tmp").exists()
    assert (folder / ".writing-2-young.tmp").exists()  # its writer may still be at work
    assert contents(folder).items() >= good.items()
    assert read_episode(folder / "renamed.hdf5").info.identifier == "renamed"
    mended = read_episode(folder / "e3.hdf5")
    np.testing.assert_array_equal(mended.states, wanted)
    assert mended.dones.tolist() == [0] * 29 + [1]
    assert {problem.path.name for problem in check(workspace.root).problems} == left
    assert [row.identifier for row in open_index(folder).rows] == ["e2", "e3", "foreign", "renamed"]
    while workspace.library.editor.undo_text:  # a repair is a change as any other
        workspace.library.editor.undo()
    assert (folder / "e3.hdf5").read_bytes() == before["episodes/e3.hdf5"]


def read_episode_ignoring_marks(path: Path) -> np.ndarray:
    with h5py.File(path) as file:
        return file["data/demo_0/states"][()]


def test_a_wrong_number_of_steps_follows_from_the_data(workspace):
    path = workspace.episodes / "e0.hdf5"
    with change(path) as file:
        demonstration = file["data/demo_0"]
        values = json.loads(demonstration.attrs["episode_info"]) | {"steps": 31}
        demonstration.attrs["episode_info"] = json.dumps(values)
    (problem,) = check(path).problems
    assert "31 steps, it holds 30" in problem.text
    assert check(path, repair=True).problems[0].repaired
    assert len(read_episode(path)) == 30


def test_what_was_measured_is_never_made_up(workspace):
    path = workspace.episodes / "e0.hdf5"
    with change(path) as file:
        del file["data/demo_0/rewards"]
    before = path.read_bytes()
    (problem,) = check(path, repair=True).problems
    assert "'rewards' is missing" in problem.text
    assert (workspace.root / "damaged" / "e0.hdf5").read_bytes() == before


def test_a_change_that_was_cut_off_is_brought_to_its_end(workspace):
    history = workspace.trash / "history.json"
    workspace.library.editor.delete("e0")
    values = json.loads(history.read_text())
    workspace.library.editor.undo()
    values["pending"] = [values["changes"][0], "after"]
    values["done"] = 0
    history.write_text(json.dumps(values))
    assert any("cut off" in problem.text for problem in check(workspace.root).problems)
    assert (workspace.episodes / "e0.hdf5").exists()
    kept = history.read_text()
    assert "e0" not in [row.identifier for row in open_index(workspace.episodes).rows]
    workspace.library.editor.undo()
    history.write_text(kept)
    assert "e0" not in [entry.identifier for entry in Workspace(workspace.root).library.entries()]
    workspace.library.editor.undo()
    history.write_text(kept)
    assert check(workspace.root, repair=True).problems[0].repaired
    assert not (workspace.episodes / "e0.hdf5").exists()
    assert check(workspace.root).problems == ()


def test_a_repair_that_the_disk_refuses_says_so(workspace):
    path = workspace.episodes / "e0.hdf5"
    path.write_bytes(path.read_bytes()[:-50])
    (workspace.root / "damaged").write_text("in the way")
    (problem,) = check(workspace.root, repair=True).problems
    assert not problem.repaired
    assert "not repaired: " in problem.text
    assert path.exists()


CHECKPOINT = """
import sys
sys.path.insert(0, sys.argv[2])
from conftest import build_episode
from core.learning import Configuration, Dataset, Trainer, save_checkpoint
from core.data import write_episode
episodes = [build_episode(seed=n) for n in range(2)]
dataset = Dataset.from_episodes(episodes)
save_checkpoint(sys.argv[1], Trainer(dataset, Configuration(), "cpu"))
"""


def test_checkpoints_are_checked_without_loading_torch_here(workspace):
    run = workspace.checkpoints / "run"
    subprocess.run([sys.executable, "-c", CHECKPOINT, run, HERE], check=True, timeout=100)
    shutil.copytree(run, workspace.checkpoints / "cut")
    weights = workspace.checkpoints / "cut" / "weights.safetensors"
    weights.write_bytes(weights.read_bytes()[:-9])
    shutil.copytree(run, workspace.checkpoints / "said")
    description = workspace.checkpoints / "said" / "checkpoint.json"
    description.write_text(description.read_text()[:-100])
    leftover = workspace.checkpoints / ".run.abc.tmp"
    leftover.mkdir()
    os.utime(leftover, (1, 1))
    checked = check(workspace.root)
    assert checked.checkpoints == 3
    problems = {problem.path.name: problem.text for problem in checked.problems}
    assert set(problems) == {"cut", "said", ".run.abc.tmp"}
    assert "weights.safetensors was changed or is truncated" in problems["cut"]
    assert "checkpoint.json cannot be read" in problems["said"]
    check(workspace.root, repair=True)
    assert not leftover.exists()
    assert (weights.parent / "checkpoint.json").exists()  # checkpoints are never moved
    assert "torch" not in sys.modules or "core.learning" in sys.modules


def test_what_earlier_versions_wrote_is_good(workspace):
    """A description without what came later, and an index of another version."""
    path = workspace.episodes / "e0.hdf5"
    with h5py.File(path, "r+") as file:
        demonstration = file["data/demo_0"]
        described = json.loads(demonstration.attrs["episode_info"])
        for later in ("tags", "images", "action_units"):
            del described[later]
        demonstration.attrs["episode_info"] = json.dumps(described)
    open_index(workspace.episodes)
    index = workspace.episodes / INDEX
    index.write_text(index.read_text().replace('"version":3', '"version":2'))
    assert check(workspace.root).problems == ()
    assert read_episode(path).info.tags == ()
    assert len(open_index(workspace.episodes).rows) == 4
    assert '"version":3' in index.read_text()

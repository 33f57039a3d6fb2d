import subprocess
import sys

import pytest

from core.data import (
    SAMPLES,
    MixedTasksError,
    NoEpisodesError,
    StorageError,
    Workspace,
    find_episodes,
    list_episodes,
    write_episode,
)


@pytest.fixture
def workspace(tmp_path, make_episode) -> Workspace:
    workspace = Workspace(tmp_path / "mine")
    for task in ("push", "reach"):
        for number in range(2):
            workspace.library.add(make_episode(task=task, identifier=f"{task}-{number}"))
    workspace.library.add(make_episode(identifier="push-failed", success=False))
    return workspace


def names(paths) -> list[str]:
    return [path.stem for path in paths]


def test_folders_are_made_when_asked_for(tmp_path):
    workspace = Workspace(tmp_path / "new")
    assert not workspace.root.exists()
    assert workspace.library.entries() == []
    assert not workspace.root.exists()
    for name in ("episodes", "checkpoints", "trash"):
        assert getattr(workspace, name) == workspace.root / name
        assert (workspace.root / name).is_dir()


def test_a_workspace_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="choose another folder"):
        _ = Workspace(tmp_path / "file").checkpoints


def test_discarded_episodes_go_to_the_workspace_trash(workspace):
    workspace.library.editor.delete("push-0")
    assert len(list(workspace.trash.rglob("push-0.hdf5"))) == 1


def test_workspace_folder_and_file_find_the_same(workspace):
    expected = ["push-0", "push-1"]
    assert names(find_episodes(workspace.root, "push")) == expected
    assert names(find_episodes(workspace.episodes, "push")) == expected
    files = [workspace.episodes / f"{name}.hdf5" for name in expected]
    assert find_episodes([*files, workspace.root], "push") == files


def test_failures_are_left_out_unless_asked_for(workspace):
    found = find_episodes(workspace.root, "push", include_failures=True)
    assert names(found) == ["push-0", "push-1", "push-failed"]


def test_mixed_tasks_are_reported(workspace):
    with pytest.raises(MixedTasksError, match=r"push \(3\), reach \(2\)"):
        find_episodes(workspace.root)


def test_why_nothing_was_found(workspace, tmp_path, make_episode):
    with pytest.raises(NoEpisodesError, match="no usable episodes of task 'lift'"):
        find_episodes(workspace.root, "lift")
    with pytest.raises(NoEpisodesError, match="record some"):
        find_episodes(tmp_path)
    with pytest.raises(StorageError, match="does not exist"):
        find_episodes(tmp_path / "typo")
    with pytest.raises(NoEpisodesError, match="marked as failed"):
        find_episodes(write_episode(tmp_path / "failed", make_episode(success=False)))
    broken = tmp_path / "broken.hdf5"
    broken.write_bytes(b"")
    with pytest.raises(NoEpisodesError, match="none of the 1 recordings can be read"):
        find_episodes(broken)


def test_broken_files_are_listed_and_left_out(workspace):
    (workspace.episodes / "broken.hdf5").write_bytes(b"x")
    assert names(find_episodes(workspace.root, "push")) == ["push-0", "push-1"]
    assert sum(entry.problem is not None for entry in list_episodes(workspace.root)) == 1


def test_samples_lie_in_the_repository():
    assert SAMPLES.parts[-2:] == ("recordings", "samples")


def test_listing_recordings_loads_neither_simulator_nor_torch():
    code = "import sys, core.data; print({'mujoco', 'torch'} & set(sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "set()"

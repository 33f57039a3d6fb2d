"""robomimic's files: export then import gives the data back, anybody's file becomes episodes."""

import json
import os

import h5py
import numpy as np
import pytest

from core.data import (
    DamagedRecordingError,
    RecordingError,
    StorageError,
    UnsafeRecordingError,
    read_episode,
    write_episode,
)
from core.data.vetted.hdf5_file import MAX_FILE, VettedFile
from core.data.vetted.limits import start_child
from core.exchange import (
    LimitedSource,
    NotExportableError,
    TargetError,
    UnusableSourceError,
    choose_episodes,
    same_data,
)
from core.exchange.robomimic import RobomimicSource, export_robomimic, writing
from core.learning import Dataset


def test_export_then_import_gives_back_every_field(workspace, episodes, tmp_path, take_in):
    out = tmp_path / "out.hdf5"
    assert list(export_robomimic(choose_episodes(workspace), out)) == [1, 2, 3, 4]
    with VettedFile(out, recording=False) as file:
        done = take_in(RobomimicSource(file), tmp_path / "back")
    assert [item.written for item in done] == [True] * 4
    for item, episode in zip(done, episodes, strict=True):
        again = read_episode(item.path)
        assert same_data(again, episode)
        assert again.info == episode.info


def test_the_file_is_as_robomimic_expects(workspace, episodes, tmp_path):
    out = tmp_path / "out.hdf5"
    list(export_robomimic(choose_episodes(workspace), out))
    with h5py.File(out) as file:
        assert sorted(file["data"]) == ["demo_0", "demo_1", "demo_2", "demo_3"]
        assert file["data"].attrs["total"] == sum(map(len, episodes))
        assert {"env_name", "type", "env_kwargs"} <= json.loads(
            file["data"].attrs["env_args"]
        ).keys()
        demonstration = file["data/demo_1"]
        assert demonstration.attrs["num_samples"] == len(episodes[1])
        now = demonstration["obs/workspace_image"][()]
        later = demonstration["next_obs/workspace_image"][()]
        np.testing.assert_array_equal(later[:-1], now[1:])
        np.testing.assert_array_equal(later[-1], now[-1])
        assert file["mask/success"][()].tolist() == [b"demo_0", b"demo_3"]
        assert file["mask/failure"][()].tolist() == [b"demo_1"]


def test_importing_twice_changes_nothing_and_others_are_not_overwritten(
    workspace, tmp_path, take_in
):
    out = tmp_path / "out.hdf5"
    list(export_robomimic(choose_episodes(workspace), out))
    with VettedFile(out, recording=False) as file:
        first = take_in(RobomimicSource(file), tmp_path / "back")
        before = [item.path.read_bytes() for item in first]
        again = take_in(RobomimicSource(file), tmp_path / "back")
        assert [item.written for item in again] == [False] * 4
        assert [item.path.read_bytes() for item in again] == before
        other = read_episode(first[1].path)
        changed = other.__class__(**{**vars(other), "rewards": other.rewards + 1})
        write_episode(first[1].path.parent, changed, replace=True)
        with pytest.raises(TargetError, match="another recording of that name"):
            take_in(RobomimicSource(file), tmp_path / "back")
        take_in(RobomimicSource(file), tmp_path / "back", replace_existing=True)
    assert same_data(read_episode(first[1].path), other)


def foreign(path, *, actions=None, rate=None, steps=15):
    """Somebody's file: other keys, two joints in degrees and a gripper, an image, no states."""
    random = np.random.default_rng(0)
    arguments = {} if rate is None else {"control_freq": rate}
    with h5py.File(path, "w") as file:
        data = file.create_group("data")
        data.attrs["env_args"] = json.dumps(
            {"env_name": "Lift", "type": 1, "env_kwargs": arguments}
        )
        for number in (0, 2, 10):
            demo = data.create_group(f"demo_{number}")
            demo.attrs["num_samples"] = steps
            given = random.uniform([-80, 10, 0], [40, 20, 0], (steps, 3))
            given[:, 2] = np.where(np.arange(steps) < 8, -1, 1)
            demo.create_dataset(
                "actions", data=given if actions is None else actions, compression="lzf"
            )
            demo["rewards"] = (np.arange(steps) == steps - 1).astype(float) * (number != 2)
            demo["obs/robot0_eef_pos"] = random.normal(size=(steps, 3))
            demo["obs/joint_positions"] = random.normal(size=(steps, 2))
            demo["obs/weight"] = random.normal(size=steps)
            demo["obs/agentview_image"] = random.integers(0, 256, (steps, 8, 8, 3), dtype=np.uint8)
            demo["obs/depth"] = random.normal(size=(steps, 8, 8, 1))
    return path


def test_anybodys_file_becomes_a_dataset(tmp_path, take_in):
    path = foreign(tmp_path / "lift.hdf5", rate=12)
    with VettedFile(path, recording=False) as file:
        source = RobomimicSource(file)
        done = take_in(source, tmp_path / "theirs")
        original = file.read("data/demo_2/actions")
    assert any("depth" in note for note in source.notes)
    imported = [read_episode(item.path) for item in done]
    assert [e.info.identifier for e in imported] == ["lift-demo_0", "lift-demo_2", "lift-demo_10"]
    assert [e.info.success for e in imported] == [True, False, True]
    second = imported[1]
    assert (second.info.task, second.info.control_rate, second.info.model_hash) == (
        "Lift",
        12.0,
        "none",
    )
    assert {n: v.shape for n, v in second.observations.items()} == {
        "joint_positions": (15, 2),
        "robot0_eef_pos": (15, 3),
        "weight": (15, 1),
    }
    assert second.images["agentview_image"].shape == (15, 8, 8, 3)
    assert second.states.shape == (15, 0)
    units = second.info.action_units
    assert units.names == ("action_0", "action_1", "gripper")
    np.testing.assert_allclose(units.in_robot_units(second.actions), original, rtol=1e-5)
    dataset = Dataset.from_episodes([read_episode(item.path, images=False) for item in done])
    assert dataset.spec.actions.names == units.names
    assert dataset.spec.vector_size == 6
    executed = dataset.spec.actions.in_robot_units(second.actions)
    np.testing.assert_allclose(executed, original, rtol=1e-5)


def test_commands_within_one_are_left_as_they_are(tmp_path, take_in):
    actions = np.random.default_rng(1).uniform(-0.3, 0.9, (15, 7)).astype(np.float32)
    path = foreign(tmp_path / "lift.hdf5", actions=actions)
    with VettedFile(path, recording=False) as file:
        source = RobomimicSource(file, task="other", control_rate=30.0, images=False)
        done = take_in(source, tmp_path / "theirs")
    episode = read_episode(done[0].path)
    np.testing.assert_array_equal(episode.actions, actions)
    assert (episode.info.task, episode.info.control_rate, episode.images) == ("other", 30.0, {})
    assert "gripper" not in episode.info.action_units.names  # its seventh action is a number


def open_and_take(path, folder, take_in):
    with VettedFile(path, recording=False) as file:
        take_in(RobomimicSource(file), folder)


def test_files_that_lead_elsewhere_are_not_followed(tmp_path, take_in):
    secret = tmp_path / "secret.hdf5"
    with h5py.File(secret, "w") as file:
        file["x"] = np.zeros((15, 3))
    path = foreign(tmp_path / "trap.hdf5")
    with h5py.File(path, "a") as file:
        del file["data/demo_2/obs/robot0_eef_pos"]
        file["data/demo_2/obs/robot0_eef_pos"] = h5py.ExternalLink(str(secret), "/x")
    with pytest.raises(UnsafeRecordingError, match="outside itself"):
        open_and_take(path, tmp_path / "out", take_in)


def test_what_makes_no_sense_is_refused_in_a_sentence(tmp_path, take_in):
    path = foreign(tmp_path / "a.hdf5")
    with h5py.File(path, "a") as file:
        file["data/demo_0/obs/robot0_eef_pos"][3] = np.nan
    with pytest.raises(UnusableSourceError, match=r"demo_0.*not finite at step 3"):
        open_and_take(path, tmp_path / "out", take_in)
    path = foreign(tmp_path / "b.hdf5")
    with h5py.File(path, "a") as file:
        del file["data/demo_2/actions"]
    with pytest.raises(UnusableSourceError, match=r"demo_2 .* has no actions"):
        open_and_take(path, tmp_path / "out", take_in)
    path = tmp_path / "c.hdf5"
    with h5py.File(path, "w") as file:
        file["something"] = 1
    with pytest.raises(UnusableSourceError, match="no group 'data'"):
        open_and_take(path, tmp_path / "out", take_in)
    path = foreign(tmp_path / "d.hdf5")
    with h5py.File(path, "a") as file:
        for name in list(file["data"]):
            del file[f"data/{name}/obs"]
    with pytest.raises(UnusableSourceError, match="dataset_states_to_obs"):
        open_and_take(path, tmp_path / "out", take_in)
    path = foreign(tmp_path / "e.hdf5")
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(DamagedRecordingError):
        open_and_take(path, tmp_path / "out", take_in)


def test_an_export_is_whole_or_not_there(workspace, tmp_path, disk_of):
    out = tmp_path / "new" / "out.hdf5"
    chosen = choose_episodes(workspace)
    stopped = export_robomimic(chosen, out)
    next(stopped)
    stopped.close()
    assert not out.exists()
    with disk_of(5000), pytest.raises(StorageError):
        list(export_robomimic(chosen, out))
    assert list(out.parent.iterdir()) == []
    list(export_robomimic(chosen, out))
    with pytest.raises(TargetError, match="exists already"):
        list(export_robomimic(chosen, out))
    with pytest.raises(TargetError, match="is a folder"):
        list(export_robomimic(chosen, out.parent))


@pytest.mark.parametrize("size", [0, 3000, 20_000, 40_000, 60_000])
def test_a_full_disk_is_a_sentence_wherever_it_strikes(workspace, tmp_path, disk_of, size):
    out = tmp_path / "new" / "out.hdf5"
    with disk_of(size), pytest.raises(StorageError, match=r"cannot save .*nothing was left behind"):
        list(export_robomimic(choose_episodes(workspace), out))
    assert list(out.parent.iterdir()) == []


def test_the_process_that_writes_may_die(workspace, tmp_path, monkeypatch):
    out = tmp_path / "new" / "out.hdf5"
    code = 'import os; print(\'{"done": 1, "arrays": []}\', flush=True); os.kill(os.getpid(), 11)'
    monkeypatch.setattr(writing, "COMMAND", ("-c", code))
    with pytest.raises(StorageError, match=r"died \(-11\), as HDF5 does on a full disk"):
        list(export_robomimic(choose_episodes(workspace), out))
    monkeypatch.setattr(writing, "COMMAND", ("-c", "pass"))
    with pytest.raises(StorageError, match="cannot save"):
        list(export_robomimic(choose_episodes(workspace), out))
    assert list(out.parent.iterdir()) == []


def test_the_process_that_writes_ends_with_its_parent(workspace, tmp_path):
    out = tmp_path / "out.hdf5"
    wanted = {
        "out": str(out),
        "recordings": [str(path) for path in choose_episodes(workspace).paths] * 10_000,
        "next_observations": True,
    }
    child = start_child(writing.COMMAND)
    with child:
        child.stdin.write(json.dumps(wanted).encode() + b"\n")
        child.stdin.flush()
        child.stdin.close()
        assert child.wait(timeout=60) == 1


def test_a_damaged_recording_ends_the_export(workspace, tmp_path):
    chosen = choose_episodes(workspace)
    chosen.paths[2].write_bytes(chosen.paths[2].read_bytes()[:-2000])
    with pytest.raises(RecordingError, match=f"{chosen.paths[2].name} is cut short"):
        list(export_robomimic(chosen, tmp_path / "new" / "out.hdf5"))
    assert list((tmp_path / "new").iterdir()) == []


def test_what_a_killed_export_left_is_removed_after_an_hour(workspace, tmp_path):
    old, young = (tmp_path / f".writing-{number}-out.hdf5.tmp" for number in (1, 2))
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (1e9, 1e9))
    list(export_robomimic(choose_episodes(workspace), tmp_path / "out.hdf5"))
    assert not old.exists()
    assert young.exists()


def test_a_file_of_any_size_is_read(workspace, episodes, tmp_path, take_in):
    out = tmp_path / "out.hdf5"
    list(export_robomimic(choose_episodes(workspace), out))
    os.truncate(out, MAX_FILE + 2**30)  # a hole: takes no space
    with LimitedSource("robomimic", out) as source:
        done = take_in(source, tmp_path / "back")
    assert same_data(read_episode(done[3].path), episodes[3])


def test_only_episodes_recorded_alike_go_together(workspace, episodes):
    other = episodes[0].__class__(
        **{
            **vars(episodes[0]),
            "info": episodes[0].info.__class__(
                **{**vars(episodes[0].info), "identifier": "push-900", "control_rate": 10.0}
            ),
        }
    )
    write_episode(workspace / "episodes", other)
    with pytest.raises(NotExportableError, match="push-900 has other control rate"):
        choose_episodes(workspace)


def isaac_lab(path):
    """A file as Isaac Lab's recorder writes it: marks of success, groups within groups, and the
    command of the step before among the observations."""
    random = np.random.default_rng(2)
    with h5py.File(path, "w") as file:
        file.create_group("data").attrs["env_args"] = json.dumps({"env_name": "Reach", "type": 2})
        for number, solved in enumerate((True, False)):
            demo = file.create_group(f"data/demo_{number}")
            demo.attrs["success"] = solved
            actions = random.uniform(-0.3, 0.3, (12, 6)).astype(np.float32)
            demo["actions"] = actions
            demo["obs/actions"] = np.concatenate((np.zeros((1, 6), np.float32), actions[:-1]))
            demo["obs/joint_pos"] = random.normal(size=(12, 6)).astype(np.float32)
            demo["obs/datagen_info/reached"] = np.zeros(12, np.bool_)
            demo["states/articulation/robot/root_pose"] = np.zeros((12, 7), np.float32)
    return path


def test_a_recording_of_isaac_lab_tells_its_successes_and_its_last_commands(tmp_path, take_in):
    with VettedFile(isaac_lab(tmp_path / "reach.hdf5"), recording=False) as file:
        source = RobomimicSource(file)
        done = take_in(source, tmp_path / "all")
        notes = list(source.notes)
        left = take_in(RobomimicSource(file), tmp_path / "left", without=("actions",))
        with pytest.raises(
            UnusableSourceError, match="no field 'hand'; fields: actions, joint_pos"
        ):
            take_in(RobomimicSource(file), tmp_path / "none", without=("hand",))
    assert [read_episode(item.path).info.success for item in done] == [True, False]
    assert set(read_episode(done[0].path).observations) == {"actions", "joint_pos"}
    assert set(read_episode(left[0].path).observations) == {"joint_pos"}
    assert any("'datagen_info' is a group" in note for note in notes)
    assert [note for note in notes if "--without" in note] == [
        "observation 'actions' is the command of the step before, which a policy learns to "
        "repeat; --without actions leaves it out"
    ]


def test_the_kind_of_a_field_is_declared_and_never_guessed(tmp_path, take_in):
    path = isaac_lab(tmp_path / "reach.hdf5")
    with h5py.File(path, "a") as file:
        for demo in file["data"].values():
            demo["obs/eef_position"] = np.zeros((12, 3), np.float32)
    with VettedFile(path, recording=False) as file:
        plain = take_in(RobomimicSource(file), tmp_path / "plain")
        said = take_in(RobomimicSource(file), tmp_path / "said", kinds={"eef_position": "position"})
        with pytest.raises(UnusableSourceError, match="no field 'eef'; fields: actions, eef_pos"):
            take_in(RobomimicSource(file), tmp_path / "none", kinds={"eef": "position"})
        with pytest.raises(UnusableSourceError, match=r"'joint_pos' has shape \(6,\); a position"):
            take_in(RobomimicSource(file), tmp_path / "none", kinds={"joint_pos": "position"})
    assert {field.kind for field in read_episode(plain[0].path).fields} == {"scalar"}
    kinds = {field.name: field.kind for field in read_episode(said[0].path).fields}
    assert kinds["eef_position"] == "position" and kinds["joint_pos"] == "scalar"


def test_fields_of_an_own_export_can_be_left_out(workspace, episodes, tmp_path, take_in):
    out = tmp_path / "out.hdf5"
    list(export_robomimic(choose_episodes(workspace), out))
    name = episodes[0].info.fields[-1]
    with VettedFile(out, recording=False) as file:
        source = RobomimicSource(file)
        done = take_in(source, tmp_path / "back", without=(name,))
    again = read_episode(done[0].path)
    assert again.info.fields == episodes[0].info.fields[:-1] == tuple(again.observations)
    assert not any("--without" in note for note in source.notes)

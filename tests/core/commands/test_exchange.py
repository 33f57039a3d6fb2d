import shutil

import pytest

from core.data import Workspace, list_episodes, read_episode
from core.exchange import same_data


@pytest.mark.parametrize("kind", ["robomimic", "lerobot"])
def test_there_and_back_again(run, demonstrations, tmp_path, kind):
    out = tmp_path / ("out.hdf5" if kind == "robomimic" else "out")
    result = run("export", kind, demonstrations, out)
    assert (result.returncode, result.stdout) == (0, f"saved {out}\n")
    assert result.stderr.startswith("4 episodes, ")
    back = tmp_path / "back"
    result = run("import", kind, out, back)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert len(lines) == 4
    for entry in list_episodes(back):
        original = Workspace(demonstrations).library.read(entry.identifier)
        assert f"saved {entry.path}" in lines
        assert same_data(read_episode(entry.path), original)
    result = run("import", kind, out, back)
    assert (result.returncode, result.stdout) == (0, "")
    assert "4 of them there already" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("export", "robomimic", "SAMPLE", "EXISTING"), 1, "exists already"),
        (("export", "lerobot", "SAMPLE", "EXISTING"), 1, "is a file"),
        (("export", "lerobot", "NOWHERE", "NEW"), 1, "does not exist"),
        (("export", "lerobot", "SAMPLE", "NEW", "--task", "lift"), 1, "no usable episodes"),
        (("import", "robomimic", "NOWHERE", "NEW"), 1, "does not exist"),
        (("import", "robomimic", "EXISTING", "NEW"), 1, "not an HDF5 file"),
        (("import", "lerobot", "SAMPLE", "NEW"), 1, "meta is missing"),
        (("import", "lerobot", "EXISTING", "NEW"), 1, "is no folder"),
        (("import", "lerobot", "SAMPLE", "NEW", "--rate", "0"), 2, "--rate is 0"),
    ],
)
def test_bad_input_gets_one_sentence(run, demonstrations, tmp_path, arguments, code, words):
    (tmp_path / "existing.hdf5").write_text("something")
    places = {
        "SAMPLE": demonstrations,
        "EXISTING": tmp_path / "existing.hdf5",
        "NOWHERE": tmp_path / "nowhere",
        "NEW": tmp_path / "new",
    }
    result = run(*(places.get(argument, argument) for argument in arguments))
    assert (result.returncode, result.stdout) == (code, "")
    assert result.stderr.startswith("python -m core: error: ")
    assert result.stderr.count("\n") == 1
    assert words in result.stderr
    assert (tmp_path / "existing.hdf5").read_text() == "something"


def test_somebody_elses_data_trains(run, demonstrations, tmp_path):
    """What was exported loses its description on the way through another program."""
    import h5py

    out = tmp_path / "theirs.hdf5"
    assert run("export", "robomimic", demonstrations, out).returncode == 0
    with h5py.File(out, "a") as file:
        for name in file["data"]:
            del file["data"][name].attrs["episode_info"]
            file["data"][name]["actions"][:, :2] *= 40.0
    assert run("import", "robomimic", out, tmp_path / "ws", "--task", "theirs").returncode == 0
    small = ["--encoder.latent", 8, "--encoder.hidden", 8, "--belief.size", 8, "--head.hidden", 8]
    result = run(
        "train", tmp_path / "ws", "--out", tmp_path / "run", "--steps", 3, *small,
        "--training.batch", 2, "--training.window", 8,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    from core.policies import load_policy

    policy = load_policy(tmp_path / "run")
    assert policy.checkpoint.spec.task == "theirs"
    original = read_episode(list_episodes(demonstrations)[0].path)
    action = policy.act({name: values[0] for name, values in original.observations.items()})
    assert action.shape == (7,)
    assert policy.checkpoint.spec.actions.scale[0] > 2
    shutil.rmtree(tmp_path / "run")

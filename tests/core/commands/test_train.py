import signal
import time
from pathlib import Path

import pytest

import core.runs.run
from core.learning import PRESETS, load_checkpoint
from core.runs import RunCurves, list_checkpoints
from core.runs.run import TrainingRun

SMALL = ("--encoder.latent", 16, "--encoder.hidden", 24, "--predictor.hidden", 24)
SMALL += ("--belief.size", 16, "--head.hidden", 24, "--training.window", 24)


@pytest.fixture(scope="module")
def trained(run, demonstrations, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints") / "reach"
    result = run("train", demonstrations, "--out", folder, "--steps", 12, "--seed", 3, *SMALL)
    assert result.returncode == 0, result.stderr
    assert result.stdout == f"saved {folder}\n"
    assert "4 demonstrations of reach" in result.stderr
    return folder


def test_the_checkpoint_has_the_options_given(trained):
    checkpoint = load_checkpoint(trained)
    assert checkpoint.spec.task == "reach"
    training = checkpoint.configuration.training
    assert (training.steps, training.head_steps, training.seed) == (12, 12, 3)
    assert checkpoint.configuration.latent_observer.steps == 12
    assert checkpoint.configuration.encoder.hidden == (24,)
    assert checkpoint.provenance["step"] == 12
    assert checkpoint.provenance["operators"] == ["script"]


def test_a_preset_is_where_the_defaults_come_from(run, demonstrations, tmp_path):
    arguments = ("--preset=reference", "--encoder.latent", 16, "--steps", 3)
    result = run("train", demonstrations, "--out", tmp_path / "c", *arguments)
    assert result.returncode == 0, result.stderr
    configuration = load_checkpoint(tmp_path / "c").configuration
    reference = PRESETS["reference"]
    assert configuration.encoder.latent == 16
    assert configuration.predictor == reference.predictor
    assert configuration.belief == reference.belief
    assert configuration.training.protocol == "frozen"
    assert load_checkpoint(tmp_path / "c").provenance["step"] == 6


def test_help_shows_every_setting_with_its_documentation(run):
    text = run("train", "--help").stdout
    for option in ("--preset", "--encoder.latent", "--loss.prediction", "--target.tau"):
        assert option in text
    assert "Size D of the latent" in text
    assert "(default: 16)" in text  # the chunk of the default preset
    assert "--head.chunk INT" in run("train", "--help", "--preset", "reference").stdout


def test_a_checkpoint_is_never_overwritten(run, demonstrations, trained):
    before = {path.name: path.read_bytes() for path in trained.iterdir()}
    result = run("train", demonstrations, "--out", trained, "--steps", 5)
    assert result.returncode == 1
    assert "exists already; choose another name" in result.stderr
    assert {path.name: path.read_bytes() for path in trained.iterdir()} == before


def test_resuming_what_is_complete_says_so(run, demonstrations, trained):
    result = run("train", demonstrations, "--out", trained, "--resume")
    assert (result.returncode, result.stdout) == (0, "")
    assert "already complete at step 12" in result.stderr


def test_ctrl_c_keeps_and_resume_goes_on(start, run, demonstrations, tmp_path):
    folder = tmp_path / "c"
    process = start("train", demonstrations, "--out", folder, "--steps", 200, *SMALL)
    while "control steps" not in (line := process.stderr.readline()):
        assert line
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130, stderr
    assert stdout == f"saved {folder}\n"
    assert "--resume goes on from here" in stderr
    step = load_checkpoint(folder).provenance["step"]
    assert 0 < step < 200
    result = run("train", demonstrations, "--out", folder, "--resume")
    assert result.returncode == 0, result.stderr
    assert load_checkpoint(folder).provenance["step"] == 200
    assert [path.name for path in tmp_path.iterdir()] == ["c"]


def test_a_crash_leaves_a_copy_that_resume_goes_on_from(run, demonstrations, tmp_path, monkeypatch):
    def crash(_run):
        raise OSError("the machine stopped")

    monkeypatch.setattr(core.runs.run, "AUTOSAVE_EVERY", -1.0)
    monkeypatch.setattr(TrainingRun, "save", crash)
    arguments = ("train", demonstrations, "--out", tmp_path / "c", "--steps", 4, *SMALL)
    assert run(*arguments).returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ["c.autosave"]
    monkeypatch.undo()
    refused = run(*arguments)
    assert refused.returncode == 1
    assert "c.autosave: exists already; choose another name, or --resume" in refused.stderr
    result = run("train", demonstrations, "--out", tmp_path / "c", "--resume")
    assert result.returncode == 0, result.stderr
    assert load_checkpoint(tmp_path / "c").provenance["step"] == 4
    assert [path.name for path in tmp_path.iterdir()] == ["c"]


def test_what_is_held_out_is_not_trained_on_and_resume_remembers_it(run, demonstrations, tmp_path):
    held_out = min((demonstrations / "episodes").glob("*.hdf5"))
    folder = tmp_path / "c"
    arguments = ("--out", folder, "--steps", 3, "--held-out", held_out, *SMALL)
    result = run("train", demonstrations, *arguments)
    assert result.returncode == 0, result.stderr
    assert "3 demonstrations of reach" in result.stderr
    assert held_out.stem not in load_checkpoint(folder).demonstrations.identifiers
    (entry,) = list_checkpoints(tmp_path)
    assert entry.held_out == (held_out,)
    assert held_out not in entry.recordings and len(entry.recordings) == 3
    assert "loss.held-out action" in RunCurves.read(folder).points()
    again = run("train", demonstrations, "--out", folder, "--resume")
    assert (again.returncode, again.stdout) == (0, "")
    assert "already complete at step 3" in again.stderr


def test_mixed_tasks_ask_for_one(run, demonstrations, tmp_path):
    other = run("demonstrate", "--task", "lift", "--episodes", 1, "--out", tmp_path)
    assert other.returncode == 0, other.stderr
    result = run("train", demonstrations, tmp_path, "--out", tmp_path / "c", "--steps", 3)
    assert result.returncode == 1
    assert "lift (1), reach (4)" in result.stderr
    assert "--task" in result.stderr or "task option" in result.stderr


def test_broken_recordings_are_left_out_and_named(run, demonstrations, tmp_path):
    (tmp_path / "broken.hdf5").write_bytes(b"x")
    result = run("train", demonstrations, tmp_path, "--out", tmp_path / "c", "--steps", 2, *SMALL)
    assert result.returncode == 0, result.stderr
    assert f"left out: {tmp_path / 'broken.hdf5'} is not an HDF5 file" in result.stderr


def test_too_few_demonstrations_is_a_sentence(run, demonstrations, tmp_path):
    one = min((demonstrations / "episodes").glob("*.hdf5"))
    result = run("train", one, "--out", tmp_path / "c")
    assert result.returncode == 1
    assert "at least 2" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_policy_of_cameras_is_trained_by_naming_what_it_senses(run, demonstrations, tmp_path):
    out = tmp_path / "run"
    arguments = ("--senses", "cameras", "--goal", "seen", "--steps", 2, "--training.batch", 4)
    result = run("train", demonstrations, "--out", out, *arguments)
    assert result.returncode == 0, result.stderr
    checkpoint = load_checkpoint(out)
    assert checkpoint.configuration.encoder.kind == "cnn"
    assert checkpoint.provenance["preset"] == "cameras"
    assert "workspace_image" in checkpoint.spec.senses
    assert "goal_position" not in checkpoint.spec.senses
    other = run("train", demonstrations, "--out", out, "--resume", "--senses", "state")
    assert other.returncode == 2 and "goes on with what the policy of --out senses" in other.stderr

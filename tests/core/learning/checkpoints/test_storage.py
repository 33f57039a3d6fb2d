"""Checkpoints: whole or absent, the same after a round trip, and clear about what is wrong."""

import json
import shutil

import numpy as np
import pytest
import torch

from core.learning import (
    BrokenCheckpointError,
    CheckpointError,
    CheckpointVersionError,
    Dataset,
    ForeignCheckpointError,
    MissingCheckpointError,
    NotResumableError,
    Trainer,
    load_checkpoint,
    resume_training,
    save_checkpoint,
)


@pytest.fixture
def trainer(small_configuration, dataset):
    trainer = Trainer(dataset, small_configuration(), "cpu")
    for _ in range(3):
        trainer.update()
    return trainer


@pytest.fixture
def folder(tmp_path, trainer):
    return save_checkpoint(tmp_path / "run", trainer)


def test_round_trip(folder, trainer, dataset):
    checkpoint = load_checkpoint(folder)
    weights = trainer.model.state_dict()
    loaded = checkpoint.model.state_dict()
    assert all(torch.equal(weights[k], loaded[k]) for k in loaded)
    assert all(k.startswith("objectives.") for k in weights.keys() - loaded.keys())
    assert checkpoint.configuration == trainer.configuration
    assert checkpoint.spec == dataset.spec
    assert (checkpoint.spec.task, checkpoint.spec.control_rate) == ("reach", 20.0)
    assert checkpoint.demonstrations.identifiers == dataset.demonstrations.identifiers
    rows = dataset.demonstrations.observations.packed
    assert torch.equal(checkpoint.demonstrations.observations.packed, rows)
    for name, std in dataset.normaliser.std.items():
        np.testing.assert_array_equal(checkpoint.noise_scales()[name], std)
    assert checkpoint.provenance["step"] == 3
    assert not any(p.requires_grad for p in checkpoint.model.parameters())


def test_resuming_from_disk_equals_never_having_stopped(folder, trainer, dataset):
    resumed = resume_training(folder, dataset, "cpu")
    for t in (trainer, resumed):
        t.update()
        t.update()
    a, b = trainer.state(), resumed.state()
    assert a.step == b.step == 5
    assert all(torch.equal(a.tensors[k], b.tensors[k]) for k in a.tensors)


def test_resuming_on_other_data_is_refused(folder, episodes):
    with pytest.raises(NotResumableError, match="other demonstrations"):
        resume_training(folder, Dataset.from_episodes(episodes[1:]), "cpu")


def test_nothing_is_overwritten_and_nothing_left_behind(folder, trainer, tmp_path):
    with pytest.raises(CheckpointError, match="already exists"):
        save_checkpoint(folder, trainer)
    assert [p.name for p in tmp_path.iterdir()] == ["run"]


def test_a_failed_write_leaves_nothing(trainer, tmp_path, monkeypatch):
    import os

    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CheckpointError, match="No space left on device"):
        save_checkpoint(tmp_path / "full", trainer)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_is_no_folder_is_a_sentence(trainer, tmp_path):
    (tmp_path / "file").write_text("here")
    with pytest.raises(CheckpointError, match="could not be written"):
        save_checkpoint(tmp_path / "file" / "run", trainer)


def test_missing_and_foreign_folders(tmp_path):
    with pytest.raises(MissingCheckpointError, match="no checkpoint here"):
        load_checkpoint(tmp_path / "nowhere")
    with pytest.raises(ForeignCheckpointError, match=r"no checkpoint\.json"):
        load_checkpoint(tmp_path)
    (tmp_path / "checkpoint.json").write_text('{"format": "other"}')
    with pytest.raises(ForeignCheckpointError, match="another format"):
        load_checkpoint(tmp_path)
    (tmp_path / "checkpoint.json").write_text("[1, 2]")
    with pytest.raises(ForeignCheckpointError):
        load_checkpoint(tmp_path)


def test_another_version_is_named(folder):
    edit(folder, lambda d: d.update(version=99))
    with pytest.raises(CheckpointVersionError, match="version 99; this program reads version 3"):
        load_checkpoint(folder)


def edit(folder, change):
    path = folder / "checkpoint.json"
    description = json.loads(path.read_text())
    change(description)
    path.write_text(json.dumps(description))


@pytest.mark.parametrize("name", ["weights.safetensors", "demonstrations.safetensors"])
def test_truncated_changed_and_missing_files(folder, name):
    path = folder / name
    original = path.read_bytes()
    for damaged in (original[: len(original) // 2], original[:-1] + b"\x7f", b""):
        path.write_bytes(damaged)
        with pytest.raises(BrokenCheckpointError, match="changed or is truncated"):
            load_checkpoint(folder)
    path.unlink()
    with pytest.raises(BrokenCheckpointError, match="cannot be read"):
        load_checkpoint(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.pop("spec"),
        lambda d: d["spec"].update(fields=[["x", "y"]]),
        lambda d: d["normaliser"].clear(),
        lambda d: d["configuration"]["encoder"].update(latent=0),
        lambda d: d["configuration"]["encoder"].update(latent=17),
        lambda d: d["configuration"]["encoder"].update(kind="vit"),
        lambda d: d["demonstrations"].update(lengths=[5]),
        lambda d: d["files"].clear(),
        lambda d: d.update(provenance=None),
    ],
)
def test_descriptions_that_make_no_sense(folder, change):
    edit(folder, change)
    with pytest.raises(BrokenCheckpointError):
        load_checkpoint(folder)


def test_a_checkpoint_can_be_moved(folder, tmp_path):
    moved = shutil.move(folder, tmp_path / "elsewhere")
    assert load_checkpoint(moved).provenance["step"] == 3

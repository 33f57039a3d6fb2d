"""Checkpoints that ask for more than they hold."""

import json
import os
import shutil
import time

import pytest

from core.learning import BrokenCheckpointError, Trainer, load_checkpoint, save_checkpoint


@pytest.fixture
def folder(tmp_path, small_configuration, dataset):
    return save_checkpoint(tmp_path / "run", Trainer(dataset, small_configuration(), "cpu"))


def change(folder, section, name, value):
    path = folder / "checkpoint.json"
    description = json.loads(path.read_text())
    description["configuration"][section][name] = value
    path.write_text(json.dumps(description))


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("encoder", "latent", 10**12),
        ("encoder", "latent", 10**40),
        ("encoder", "hidden", [10**7, 10**7]),
        ("encoder", "hidden", [1] * 100_000),
        ("belief", "size", 10**9),
    ],
)
def test_a_model_of_terabytes_is_refused_at_once(folder, section, name, value):
    change(folder, section, name, value)
    began = time.monotonic()
    with pytest.raises(BrokenCheckpointError, match="larger model than its weights"):
        load_checkpoint(folder)
    assert time.monotonic() - began < 10.0


def test_links_and_pipes_are_not_followed(folder, tmp_path):
    for name in ("checkpoint.json", "weights.safetensors", "demonstrations.safetensors"):
        copy = tmp_path / f"copy-{name}"
        shutil.copytree(folder, copy)
        (copy / name).unlink()
        (copy / name).symlink_to(folder / name)
        with pytest.raises(BrokenCheckpointError, match="is a link"):
            load_checkpoint(copy)
    (folder / "weights.safetensors").unlink()
    os.mkfifo(folder / "weights.safetensors")
    with pytest.raises(BrokenCheckpointError):
        load_checkpoint(folder)


def test_a_huge_description_is_not_read(folder):
    with (folder / "checkpoint.json").open("r+b") as file:
        file.truncate(1 << 40)  # holes: takes no space on the disk
    with pytest.raises(BrokenCheckpointError, match="bytes; at most"):
        load_checkpoint(folder)

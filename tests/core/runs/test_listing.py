"""The list of checkpoints agrees with what learning reads, and breaks on nothing."""

from __future__ import annotations

import json
import shutil

import pytest

from core.learning import load_checkpoint
from core.runs import describe_checkpoint, list_checkpoints
from core.spec import Field


def test_the_description_agrees_with_the_checkpoint(checkpoint):
    entry = describe_checkpoint(checkpoint)
    loaded = load_checkpoint(checkpoint)
    assert entry.problem is None
    assert entry.task == loaded.spec.task
    assert entry.step == loaded.provenance["step"]
    assert entry.total_steps == loaded.provenance["total_steps"]
    assert entry.episodes == loaded.demonstrations.identifiers
    assert entry.complete and entry.head_trained


def test_the_images_that_a_policy_senses_are_named(checkpoint, tmp_path):
    assert describe_checkpoint(checkpoint).images == ()
    shutil.copytree(checkpoint, tmp_path / "seeing")
    path = tmp_path / "seeing" / "checkpoint.json"
    content = json.loads(path.read_text())
    fields = [Field(name, (64, 64, 3), "image").to_dict() for name in ("front", "side")]
    content["spec"]["fields"] += fields
    content["spec"]["senses"].append("side")
    path.write_text(json.dumps(content))
    assert describe_checkpoint(tmp_path / "seeing").images == ("side",)


def test_newest_first_and_neither_hidden_nor_foreign_folders(checkpoint, tmp_path):
    for name, created in (
        ("old", "2026-01-01T00:00:00+00:00"),
        ("new", "2026-02-01T00:00:00+00:00"),
    ):
        shutil.copytree(checkpoint, tmp_path / name)
        path = tmp_path / name / "checkpoint.json"
        content = json.loads(path.read_text())
        content["provenance"]["created"] = created
        path.write_text(json.dumps(content))
    shutil.copytree(checkpoint, tmp_path / ".building.tmp")
    (tmp_path / "pictures").mkdir()
    assert [entry.name for entry in list_checkpoints(tmp_path)] == ["new", "old"]
    assert list_checkpoints(tmp_path / "nowhere") == []


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"provenance": 3}', "[" * 100_000])
def test_a_damaged_description_becomes_a_problem(checkpoint, tmp_path, damage):
    shutil.copytree(checkpoint, tmp_path / "broken")
    (tmp_path / "broken" / "checkpoint.json").write_text(damage)
    (entry,) = list_checkpoints(tmp_path)
    assert entry.problem is not None and "broken" in entry.problem
    assert not entry.complete


def test_a_run_that_stopped_before_its_head_says_so(checkpoint, tmp_path):
    shutil.copytree(checkpoint, tmp_path / "early")
    path = tmp_path / "early" / "checkpoint.json"
    content = json.loads(path.read_text())
    content["configuration"]["training"]["protocol"] = "frozen"
    content["provenance"] |= {"phase": "representation", "total_steps": 999}
    path.write_text(json.dumps(content))
    entry = describe_checkpoint(tmp_path / "early")
    assert not entry.complete
    assert not entry.head_trained

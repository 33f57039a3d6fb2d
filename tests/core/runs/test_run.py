"""A run without a window: kept against a crash, replaced whole, left alone when cancelled."""

from __future__ import annotations

from threading import Event

import pytest
import torch

import core.runs.run
from core.learning import CheckpointError, Configuration, DivergedError, load_checkpoint
from core.runs import TrainingRequest, TrainingStoppedError, list_checkpoints
from core.runs.run import TrainingRun

SMALL = Configuration.from_dict(
    {
        "encoder": {"latent": 12, "hidden": [16]},
        "predictor": {"hidden": [16]},
        "belief": {"size": 12},
        "head": {"chunk": 4, "hidden": [16]},
        "training": {"steps": 12, "window": 8, "batch": 4},
    }
)


def request(recordings, folder, *, resume=None, held_out=()):
    configuration = None if resume else SMALL
    return TrainingRequest(recordings, folder, configuration, "default", "cpu", resume, held_out)


def begin(recordings, folder, **options):
    return TrainingRun.prepare(request(recordings, folder, **options))


def train(run, steps=None):
    stop = Event()

    def on_report(report):
        if steps is not None and report.step >= steps:
            stop.set()

    run.train(on_report, should_stop=stop, report_every=0.0)


def weights(folder):
    return load_checkpoint(folder).model.state_dict()


def test_stopped_kept_and_resumed_equals_never_stopped(recordings, tmp_path):
    whole = begin(recordings, tmp_path / "whole")
    train(whole)
    whole.save()
    first = begin(recordings, tmp_path / "parts")
    train(first, steps=5)
    first.save()
    second = begin(recordings, tmp_path / "parts", resume=tmp_path / "parts")
    assert second.trainer.step == 5
    assert second.prepared.curves["loss.total"][0][-1] == 5
    train(second)
    second.save()
    one, other = weights(tmp_path / "whole"), weights(tmp_path / "parts")
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["parts", "whole"]


def test_what_was_kept_against_a_crash_is_resumed_and_then_gone(recordings, tmp_path):
    run = begin(recordings, tmp_path / "run")
    train(run, steps=4)
    run.autosave()
    (entry,) = list_checkpoints(tmp_path)
    assert entry.autosaved and not entry.complete and entry.step == 4
    again = begin(recordings, tmp_path / "run", resume=entry.path)
    assert again.trainer.step == 4
    train(again)
    again.save()
    assert [entry.name for entry in list_checkpoints(tmp_path)] == ["run"]


def test_a_cancelled_run_leaves_nothing_but_not_what_it_went_on_from(recordings, tmp_path):
    run = begin(recordings, tmp_path / "run")
    train(run, steps=4)
    run.autosave()
    resumed = begin(recordings, tmp_path / "run", resume=tmp_path / "run.autosave")
    resumed.discard()
    assert [entry.name for entry in list_checkpoints(tmp_path)] == ["run.autosave"]
    run.discard()
    assert list_checkpoints(tmp_path) == []


def test_a_disk_that_refuses_the_safety_copy_does_not_stop_the_training(
    recordings, tmp_path, monkeypatch
):
    (tmp_path / "folder").mkdir()
    run = begin(recordings, tmp_path / "folder" / "run")
    train(run, steps=2)
    (tmp_path / "folder").rmdir()
    (tmp_path / "folder").write_text("a file where the folder was")
    monkeypatch.setattr(core.runs.run, "AUTOSAVE_EVERY", -1.0)
    monkeypatch.setattr(core.runs.run, "AUTOSAVE_SHARE", float("inf"))
    train(run, steps=4)
    assert run.trainer.step == 4


def test_reading_ends_when_it_is_stopped(recordings, tmp_path):
    stop = Event()
    stop.set()
    with pytest.raises(TrainingStoppedError):
        TrainingRun.prepare(request(recordings, tmp_path / "run"), stop)


def test_where_it_came_from_is_kept_with_it(recordings, tmp_path):
    run = begin(recordings, tmp_path / "run")
    train(run)
    run.save()
    (entry,) = list_checkpoints(tmp_path)
    assert entry.recordings == recordings
    assert entry.preset == "default"
    assert load_checkpoint(entry.path).configuration == SMALL


def test_a_copy_is_kept_while_it_goes_on_if_wanted(recordings, tmp_path, monkeypatch):
    monkeypatch.setattr(core.runs.run, "AUTOSAVE_EVERY", -1.0)
    monkeypatch.setattr(core.runs.run, "AUTOSAVE_SHARE", float("inf"))
    run = begin(recordings, tmp_path / "run")
    run.train(lambda _: None, report_every=0.0, autosave=False)
    assert list_checkpoints(tmp_path) == []
    run = begin(recordings, tmp_path / "run")
    train(run, steps=4)
    (entry,) = list_checkpoints(tmp_path)
    assert (entry.name, entry.step) == ("run.autosave", 4)
    assert (entry.path / "curves.json").is_file()
    run.save()
    assert [entry.name for entry in list_checkpoints(tmp_path)] == ["run"]


def test_what_is_held_out_is_validated_on_and_not_trained_on(recordings, tmp_path):
    run = begin(recordings[:2], tmp_path / "run", held_out=recordings[2:])
    reports = []
    run.train(reports.append, report_every=0.0)
    assert set(reports[-1].held_out) == {"action", "gripper"}
    assert "loss.held-out action" in run.prepared.curves
    run.save()
    (entry,) = list_checkpoints(tmp_path)
    assert entry.held_out == recordings[2:]
    assert entry.episodes == tuple(path.stem for path in recordings[:2])


def test_weights_that_diverged_are_put_back_and_can_be_saved(recordings, tmp_path):
    run = begin(recordings, tmp_path / "run")

    def spoil(report):
        if report.step == 3:
            with torch.no_grad():
                next(run.trainer.model.head.parameters()).fill_(float("nan"))

    with pytest.raises(DivergedError):
        run.train(spoil, report_every=0.0)
    assert 0 < run.trainer.step <= 3
    assert all(bool(torch.isfinite(value).all()) for value in weights(run.save()).values())


def test_a_full_disk_is_an_error_after_which_it_can_be_saved_again(recordings, tmp_path):
    (tmp_path / "folder").mkdir()
    run = begin(recordings, tmp_path / "folder" / "run")
    train(run, steps=2)
    (tmp_path / "folder").rmdir()
    (tmp_path / "folder").write_text("a file where the folder was")
    with pytest.raises(CheckpointError):
        run.save()
    (tmp_path / "folder").unlink()
    assert load_checkpoint(run.save()).provenance["step"] == 2

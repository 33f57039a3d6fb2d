"""A run without a window: kept against a crash, replaced whole, left alone when cancelled."""

from __future__ import annotations

from threading import Event

import pytest
import torch

from app.jobs.checkpoints import list_checkpoints
from app.jobs.training_run import TrainingPlan, TrainingRun, TrainingStoppedError
from core.learning import Configuration, load_checkpoint

SMALL = Configuration.from_dict(
    {
        "encoder": {"latent": 12, "hidden": [16]},
        "predictor": {"hidden": [16]},
        "belief": {"size": 12},
        "head": {"chunk": 4, "hidden": [16]},
        "training": {"steps": 12, "window": 8, "batch": 4},
    }
)


@pytest.fixture(scope="module")
def recordings(make_episodes, tmp_path_factory):
    folder = tmp_path_factory.mktemp("recordings")
    make_episodes(folder, "reach", 3)
    return tuple(sorted(folder.glob("*.hdf5")))


def begin(recordings, folder, *, resume=None):
    plan = TrainingPlan(
        recordings, folder, None if resume else SMALL, preset="default", device="cpu", resume=resume
    )
    run = TrainingRun(plan)
    prepared = run.prepare(Event())
    return run, prepared


def train(run, steps=None):
    stop, running = Event(), Event()
    running.set()

    def told(report):
        if steps is not None and report.step >= steps:
            stop.set()

    run.train(stop, running, 0.0, told)


def weights(folder):
    return load_checkpoint(folder).model.state_dict()


def test_stopped_kept_and_resumed_equals_never_stopped(recordings, tmp_path):
    whole, _ = begin(recordings, tmp_path / "whole")
    train(whole)
    whole.save()
    first, _ = begin(recordings, tmp_path / "parts")
    train(first, steps=5)
    first.save()
    second, prepared = begin(recordings, tmp_path / "parts", resume=tmp_path / "parts")
    assert prepared.step == 5
    assert prepared.curves["loss.total"][0][-1] == 5
    train(second)
    second.save()
    one, other = weights(tmp_path / "whole"), weights(tmp_path / "parts")
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["parts", "whole"]


def test_what_was_kept_against_a_crash_is_resumed_and_then_gone(recordings, tmp_path):
    run, _ = begin(recordings, tmp_path / "run")
    train(run, steps=4)
    run.autosave()
    (entry,) = list_checkpoints(tmp_path)
    assert entry.autosaved and not entry.complete and entry.step == 4
    again, prepared = begin(recordings, tmp_path / "run", resume=entry.path)
    assert prepared.step == 4
    train(again)
    again.save()
    assert [entry.name for entry in list_checkpoints(tmp_path)] == ["run"]


def test_a_cancelled_run_leaves_nothing_but_not_what_it_went_on_from(recordings, tmp_path):
    run, _ = begin(recordings, tmp_path / "run")
    train(run, steps=4)
    run.autosave()
    resumed, _ = begin(recordings, tmp_path / "run", resume=tmp_path / "run.autosave")
    resumed.discard()
    assert [entry.name for entry in list_checkpoints(tmp_path)] == ["run.autosave"]
    run.discard()
    assert list_checkpoints(tmp_path) == []


def test_a_disk_that_refuses_the_safety_copy_does_not_stop_the_training(recordings, tmp_path):
    (tmp_path / "folder").mkdir()
    run, _ = begin(recordings, tmp_path / "folder" / "run")
    train(run, steps=2)
    (tmp_path / "folder").rmdir()
    (tmp_path / "folder").write_text("a file where the folder was")
    run.autosave()
    train(run, steps=4)
    assert run.trainer.step == 4


def test_reading_ends_when_it_is_stopped(recordings, tmp_path):
    stop = Event()
    stop.set()
    run = TrainingRun(TrainingPlan(recordings, tmp_path / "run", SMALL))
    with pytest.raises(TrainingStoppedError):
        run.prepare(stop)


def test_where_it_came_from_is_kept_with_it(recordings, tmp_path):
    run, _ = begin(recordings, tmp_path / "run")
    train(run)
    run.save()
    (entry,) = list_checkpoints(tmp_path)
    assert entry.recordings == recordings
    assert entry.preset == "default"
    assert load_checkpoint(entry.path).configuration == SMALL

"""Reports: what they say, that they change nothing, what happens to NaN, pausing and stopping."""

import threading
import time

import pytest
import torch

from core.learning import DivergedError, Trainer, reports


def steps(trainer, count):
    for _ in range(count):
        trainer.update()
    return trainer


def same(first, second) -> bool:
    a, b = first.state(), second.state()
    assert a.tensors.keys() == b.tensors.keys()
    return a.step == b.step and all(torch.equal(a.tensors[k], b.tensors[k]) for k in a.tensors)


def test_reports_do_not_change_what_is_learned(small_configuration, dataset):
    configuration = small_configuration("reference")
    silent = steps(Trainer(dataset, configuration, "cpu"), 12)
    telling = Trainer(dataset, configuration, "cpu")
    seen = list(reports(telling, report_every=0.0))
    assert len(seen) == 12
    assert same(silent, telling)


def test_reports_say_where_training_is(small_configuration, dataset):
    trainer = Trainer(dataset, small_configuration("reference"), "cpu")
    seen = list(reports(trainer, report_every=0))
    assert [r.step for r in seen] == list(range(1, 13))
    assert [r.phase for r in seen] == ["representation"] * 6 + ["head"] * 6
    assert {r.total_steps for r in seen} == {12}
    assert seen[0].collapse is not None
    assert seen[-1].collapse is not None
    assert seen[-1].seconds_left == 0.0
    assert seen[0].losses["total"] == pytest.approx(seen[0].losses["prediction"])


def test_reports_are_limited_by_time(small_configuration, dataset):
    trainer = Trainer(dataset, small_configuration(steps=200), "cpu")
    began = time.monotonic()
    count = sum(1 for _ in reports(trainer, report_every=0.05))
    assert count <= (time.monotonic() - began) / 0.05 + 2


@pytest.mark.parametrize("poisoned", ["head", "predictor"])
def test_nan_stops_with_the_last_good_weights(poisoned, small_configuration, dataset):
    trainer = Trainer(dataset, small_configuration(steps=50), "cpu")
    given = reports(trainer, report_every=0.0)
    for _ in range(3):
        next(given)
    with torch.no_grad():
        next(getattr(trainer.model, poisoned).parameters()).fill_(float("nan"))
    with pytest.raises(DivergedError, match="was not finite at step 4") as caught:
        next(given)
    assert f"The weights of step {trainer.step} are kept" in str(caught.value)
    assert trainer.step < 4
    assert all(torch.isfinite(p).all() for p in trainer.model.parameters())
    twin = steps(Trainer(dataset, small_configuration(steps=50), "cpu"), trainer.step)
    assert same(twin, trainer)


def test_stop_ends_and_pause_waits(small_configuration, dataset):
    trainer = Trainer(dataset, small_configuration(steps=100_000), "cpu")
    stop, running = threading.Event(), threading.Event()
    running.set()
    seen = []

    def work():
        seen.extend(reports(trainer, should_stop=stop, running=running, report_every=0.0))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        deadline = time.monotonic() + 20
        while trainer.step < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
        running.clear()
        time.sleep(0.3)
        paused_at = trainer.step
        time.sleep(0.3)
        assert trainer.step == paused_at >= 3
        running.set()
        while trainer.step <= paused_at and time.monotonic() < deadline:
            time.sleep(0.01)
        assert trainer.step > paused_at
        running.clear()
    finally:
        stop.set()  # also ends a paused training
        thread.join(10)
    assert not thread.is_alive()
    assert not trainer.finished

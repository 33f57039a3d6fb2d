"""Laws of training: exact resumption, what is frozen, what happens to NaN, when it stops."""

import threading
import time

import pytest
import torch

from core.learning import DivergedError, LearningError, Trainer
from core.learning.dataset.augmentation import COPIES


def steps(trainer, count):
    for _ in range(count):
        trainer.update()
    return trainer


def same(first, second) -> bool:
    a, b = first.state(), second.state()
    return (
        a.step == b.step
        and a.tensors.keys() == b.tensors.keys()
        and all(torch.equal(a.tensors[k], b.tensors[k]) for k in a.tensors)
    )


@pytest.mark.parametrize(
    ("preset", "stopped_at"), [("default", 3), ("reference", 3), ("reference", 6), ("reference", 8)]
)
def test_resumed_equals_uninterrupted(preset, stopped_at, small_configuration, dataset):
    configuration = small_configuration(preset)
    whole = steps(Trainer(dataset, configuration, "cpu"), 5 if preset == "default" else 10)
    interrupted = steps(Trainer(dataset, configuration, "cpu"), stopped_at)
    resumed = Trainer(dataset, configuration, "cpu")
    resumed.restore(interrupted.state())
    steps(resumed, whole.step - stopped_at)
    assert same(whole, resumed)


def test_reports_do_not_change_what_is_learned(small_configuration, dataset):
    configuration = small_configuration("reference")
    silent = steps(Trainer(dataset, configuration, "cpu"), 12)
    telling = Trainer(dataset, configuration, "cpu")
    reports = list(telling.reports(report_every=0.0))
    assert len(reports) == 12
    assert same(silent, telling)


def test_the_seed_decides(small_configuration, dataset):
    one = steps(Trainer(dataset, small_configuration(seed=1), "cpu"), 2)
    again = steps(Trainer(dataset, small_configuration(seed=1), "cpu"), 2)
    other = steps(Trainer(dataset, small_configuration(seed=2), "cpu"), 2)
    assert same(one, again)
    assert not same(one, other)


def test_training_leaves_the_global_generator_alone(small_configuration, dataset):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    steps(Trainer(dataset, small_configuration(), "cpu"), 2)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("normalisation", ["none", "batch"])
def test_a_frozen_encoder_stays_frozen(normalisation, small_configuration, dataset):
    from dataclasses import replace

    c = small_configuration("reference")
    c = replace(c, encoder=replace(c.encoder, normalisation=normalisation))
    trainer = steps(Trainer(dataset, c, "cpu"), 6)
    frozen = ("encoder.", "target_encoder.", "action_encoder.", "belief.", "predictor.")
    before = {k: v.clone() for k, v in trainer.model.state_dict().items()}
    list(trainer.reports(report_every=0.0))
    assert trainer.phase.name == "head"
    after = trainer.model.state_dict()
    changed = {k for k in before if not torch.equal(before[k], after[k])}
    assert not any(k.startswith(frozen) for k in changed)
    assert {k for k in before if k.startswith("head.")} <= changed


def test_a_frozen_head_learns_on_moved_copies_where_scenes_are_moved(small_configuration, dataset):
    for rotation, copies in ((0.0, 1), (0.3, COPIES)):
        c = small_configuration(protocol="frozen", rotation=rotation, translation=0.0, mirror=False)
        trainer = steps(Trainer(dataset, c, "cpu"), c.training.steps + 1)
        assert trainer.phase.name == "head"
        seen = trainer.sampler.data
        assert len(seen) == copies * len(dataset.demonstrations)
        equal = seen.observations[: len(dataset.demonstrations.observations)]
        assert torch.equal(equal, dataset.demonstrations.observations) == (rotation == 0)


def test_the_representation_phase_leaves_the_head_alone(small_configuration, dataset):
    trainer = Trainer(dataset, small_configuration("reference"), "cpu")
    before = {k: v.clone() for k, v in trainer.model.state_dict().items()}
    steps(trainer, 6)
    after = trainer.model.state_dict()
    assert all(torch.equal(before[k], after[k]) for k in before if k.startswith("head."))
    assert not all(torch.equal(before[k], after[k]) for k in before if k.startswith("encoder."))


def test_losses_fall(small_configuration, dataset):
    trainer = Trainer(dataset, small_configuration(steps=400), "cpu")
    reports = list(trainer.reports(report_every=0.0))
    for name in ("action", "prediction", "decoder", "goal"):
        first = sum(r.losses[name] for r in reports[:10])
        last = sum(r.losses[name] for r in reports[-10:])
        assert last < 0.7 * first, name


def test_reports_say_where_training_is(small_configuration, dataset):
    reports = list(
        Trainer(dataset, small_configuration("reference"), "cpu").reports(report_every=0)
    )
    assert [r.step for r in reports] == list(range(1, 13))
    assert [r.phase for r in reports] == ["representation"] * 6 + ["head"] * 6
    assert {r.total_steps for r in reports} == {12}
    assert reports[0].collapse is not None
    assert reports[-1].collapse is not None
    assert reports[-1].seconds_left == 0.0
    assert reports[0].losses["total"] == pytest.approx(reports[0].losses["prediction"])


def test_reports_are_limited_by_time(small_configuration, dataset):
    trainer = Trainer(dataset, small_configuration(steps=200), "cpu")
    began = time.monotonic()
    count = sum(1 for _ in trainer.reports(report_every=0.05))
    assert count <= (time.monotonic() - began) / 0.05 + 2


@pytest.mark.parametrize("poisoned", ["head", "predictor"])
def test_nan_stops_with_the_last_good_weights(poisoned, small_configuration, dataset):
    trainer = Trainer(dataset, small_configuration(steps=50), "cpu")
    reports = trainer.reports(report_every=0.0)
    for _ in range(3):
        next(reports)
    with torch.no_grad():
        next(getattr(trainer.model, poisoned).parameters()).fill_(float("nan"))
    with pytest.raises(DivergedError, match="was not finite at step 4") as caught:
        next(reports)
    assert caught.value.step == 4
    assert caught.value.restored_step == trainer.step < 4
    assert all(torch.isfinite(p).all() for p in trainer.model.parameters())
    twin = steps(Trainer(dataset, small_configuration(steps=50), "cpu"), trainer.step)
    assert same(twin, trainer)


def test_stop_ends_and_pause_waits(small_configuration, dataset):
    trainer = Trainer(dataset, small_configuration(steps=100_000), "cpu")
    stop, running = threading.Event(), threading.Event()
    running.set()
    seen = []

    def work():
        seen.extend(trainer.reports(should_stop=stop, running=running, report_every=0.0))

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


def test_an_absent_device_is_named(small_configuration, dataset):
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(LearningError, match="'cuda' was asked for"):
        Trainer(dataset, small_configuration(), "cuda")

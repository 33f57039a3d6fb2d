"""Laws of the observer: step by step equals at once, it touches nothing else, and it learns."""

from dataclasses import replace

import pytest
import torch

from core.learning import ObserverConfiguration, Trainer
from core.learning.observer import Observer


@pytest.fixture
def with_observer(small_configuration):
    def make(**settings):
        observer = ObserverConfiguration(kind="gru", size=32, **settings)
        return replace(small_configuration(), observer=observer)

    return make


def random_window(batch=3, time=9, size=5, actions=2):
    torch.manual_seed(0)
    frames, before = torch.randn(batch, time, size), torch.randn(batch, time, actions)
    missing = torch.rand(batch, time) < 0.4
    missing[:, 0] = False
    return frames, before, missing


def perturbed_observer(size=5, actions=2):
    torch.manual_seed(1)
    observer = Observer(ObserverConfiguration(kind="gru", size=16), size, actions)
    torch.nn.init.normal_(observer.readout.weight)
    return observer


@torch.no_grad()
def test_unrolled_equals_step_by_step_with_missing_frames():
    observer = perturbed_observer()
    frames, before, missing = random_window()
    expected = observer.unroll(frames, before, missing)
    state = observer.initial(3)
    for t in range(frames.shape[1]):
        state, corrected = observer.step(state, frames[:, t], before[:, t], missing[:, t])
        torch.testing.assert_close(corrected, expected[:, t])


@torch.no_grad()
def test_a_missing_frame_is_not_looked_at():
    observer = perturbed_observer()
    frames, before, missing = random_window()
    other = torch.where(missing[..., None], torch.full_like(frames, 7.0), frames)
    torch.testing.assert_close(
        observer.unroll(frames, before, missing), observer.unroll(other, before, missing)
    )


@torch.no_grad()
def test_the_first_frame_is_believed():
    frames, before, missing = random_window()
    corrected = perturbed_observer().unroll(frames, before, missing)
    torch.testing.assert_close(corrected[:, 0], frames[:, 0])


def test_its_loss_reaches_nothing_else(with_observer, dataset):
    trainer = Trainer(dataset, with_observer(), "cpu")
    model, losses = trainer.model, trainer.losses()
    losses["observer"].backward()
    reached = {name.split(".")[0] for name, p in model.named_parameters() if p.grad is not None}
    assert reached == {"observer"}


def test_it_learns_to_reject_noise_and_to_leave_clean_frames_alone(with_observer, dataset):
    c = with_observer()
    c = replace(c, training=replace(c.training, steps=250, batch=16))
    trainer = Trainer(dataset, c, "cpu")
    while not trainer.finished:
        trainer.update()
    data = dataset.demonstrations
    _, rows = data.padded()
    truth, actions = data.observations.packed[rows], data.actions[rows]
    before = torch.cat((torch.zeros_like(actions[:, :1]), actions[:, :-1]), dim=1)
    none = torch.zeros(truth.shape[:2], dtype=torch.bool)
    generator = torch.Generator().manual_seed(3)
    noisy = truth + 0.5 * torch.randn(truth.shape, generator=generator)
    observer = trainer.model.observer
    with torch.no_grad():
        left = (observer.unroll(noisy, before, none) - truth)[:, 10:].square().mean().sqrt()
        changed = (observer.unroll(truth, before, none) - truth).square().mean().sqrt()
    assert left < 0.7 * 0.5
    assert changed < 0.15

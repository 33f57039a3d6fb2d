"""Laws of the latent observer: it learns after the policy, touches nothing else, and sees more."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.learning import (
    Checkpoint,
    ConfigurationError,
    LatentObserverConfiguration,
    Trainer,
    load_checkpoint,
    resume_training,
    save_checkpoint,
)
from core.learning.latent_observer import LatentObserver
from core.learning.objectives.latent_observer import observed_states
from core.policies import make_policy

KINDS = ("frame", "gated")
SETTINGS = {"steps": 4, "batch": 4, "window": 5, "size": 16}


@pytest.fixture
def observed(small_configuration):
    """Makes a configuration of cameras with a latent observer."""

    def make(kind="gated", training=None, belief=None, **settings):
        c = small_configuration("cameras", **({"steps": 4} | (training or {})))
        observer = LatentObserverConfiguration(kind=kind, **(SETTINGS | settings))
        if belief is not None:
            c = replace(c, belief=replace(c.belief, kind=belief))
        return replace(c, latent_observer=observer)

    return make


def trained(dataset, configuration):
    trainer = Trainer(dataset, configuration, "cpu")
    while not trainer.finished:
        trainer.update()
    return trainer


def noisy(observations, pixels, vectors):
    generator = torch.Generator().manual_seed(3)
    level = torch.full((len(observations), 1), pixels)
    images = {name: each.noisy(level, generator) for name, each in observations.images.items()}
    noise = vectors * torch.randn(observations.packed.shape, generator=generator)
    return observations.with_images(images).with_vectors(observations.packed + noise)


@pytest.mark.parametrize(
    ("kind", "protocol", "belief"),
    [("frame", "frozen", "none"), ("gated", "joint", "gru"), ("gated", "joint", "filter")],
)
def test_it_is_a_phase_of_its_own_that_leaves_the_policy_alone(
    kind, protocol, belief, observed, filmed
):
    c = observed(kind, training={"protocol": protocol}, belief=belief)
    trainer = Trainer(filmed, c, "cpu")
    *_, last = trainer.phases
    assert last.name == "observer" and last.steps == 4
    while trainer.step < trainer.total_steps - last.steps:
        trainer.update()
    weights = trainer.state().part("model")
    own = {k for k in weights if k.startswith("latent_observer.")}
    untouched = {k: v for k, v in Trainer(filmed, c, "cpu").model.state_dict().items() if k in own}
    assert all(torch.equal(weights[name], value) for name, value in untouched.items())
    assert set(trainer.update()) == {"observed_latent", "observed_action"}
    assert trainer.phase.name == "observer"
    while not trainer.finished:
        trainer.update()
    after = trainer.state().part("model")
    assert all(torch.equal(weights[name], after[name]) for name in set(weights) - own)
    assert not any(p.grad is not None for p in trainer.model.encoder.parameters())
    assert any(not torch.equal(weights[name], after[name]) for name in own)
    assert set(trainer.seconds) == {phase.name for phase in trainer.phases}
    assert all(spent > 0 for spent in trainer.seconds.values())


def test_what_is_wanted_of_a_shifted_image_is_the_latent_of_that_image(observed, filmed):
    """Without noise an observer that begins as the encoder has nothing to learn."""
    still = {"image_shift": 4, "mirror": False, "rotation": 0.0, "translation": 0.0}
    trainer = Trainer(filmed, observed("frame", still, noise=0.0, vector_noise=0.0), "cpu")
    while trainer.step < 4:
        trainer.update()
    losses = trainer.update()
    shifted = [images.views for images in trainer.sampler.draw(1).observations.images.values()]
    assert all(bool(views[..., :2].any()) for views in shifted)
    assert float(losses["observed_latent"]) == pytest.approx(0.0, abs=1e-6)
    assert float(losses["observed_action"]) == pytest.approx(0.0, abs=1e-4)


def test_without_one_the_policy_is_the_same_bit_for_bit(observed, filmed):
    with_one = trained(filmed, observed()).state().part("model")
    without = trained(filmed, observed("none")).state().part("model")
    assert all(torch.equal(value, with_one[name]) for name, value in without.items())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("stopped_at", [3, 4, 6])
def test_resumed_through_its_phase_it_goes_on_as_if_never_stopped(
    kind, stopped_at, observed, filmed, tmp_path
):
    c = observed(kind)
    through, stopped = (Trainer(filmed, c, "cpu") for _ in range(2))
    while stopped.step < stopped_at:
        stopped.update()
    spent = dict(stopped.seconds)
    resumed = resume_training(save_checkpoint(tmp_path / "run", stopped), filmed, "cpu")
    assert resumed.seconds == pytest.approx(spent, abs=1e-3)
    for trainer in (through, resumed):
        while not trainer.finished:
            trainer.update()
    expected, found = through.state(), resumed.state()
    assert expected.tensors.keys() == found.tensors.keys()
    for name, tensor in expected.tensors.items():
        assert torch.equal(tensor, found.tensors[name]), name
    assert resumed.seconds["observer"] > spent.get("observer", 0.0)


@pytest.mark.parametrize(("kind", "sigma"), [("frame", 0.0), ("gated", 0.3)])
def test_it_brings_noisy_latents_nearer_to_clean_ones(kind, sigma, observed, filmed):
    """Of noise in images alone, and in the vectors too, where what is predicted helps."""
    still = {"steps": 60, "mirror": False, "rotation": 0.0, "translation": 0.0}
    settings = {"steps": 200, "batch": 8, "window": 6, "noise": 0.6, "vector_noise": sigma}
    c = observed(kind, training=still, dropout=0.0, **settings)
    c = replace(c, target=replace(c.target, tau=0.0, final_tau=0.0))
    model, data = trained(filmed, c).model.eval(), filmed.demonstrations
    observations, rows = (each[:, :12] for each in data.padded())
    actions, none = data.actions[rows], torch.zeros(rows.shape, dtype=torch.bool)
    disturbed = noisy(observations, 0.6, sigma)
    with torch.no_grad():
        clean = model.encode(observations)

        def error(latents):
            return float((latents - clean).square().mean())

        def estimated(frames):
            encoded = model.latent_observer.encode(frames)
            return observed_states(model, encoded, actions, none)[0]

        by_itself = error(model.encode(disturbed))
        assert error(estimated(disturbed)) < 0.75 * by_itself
        assert error(estimated(observations)) < 0.4 * by_itself


def observer_of(model, kind, **settings):
    torch.manual_seed(0)
    chosen = LatentObserverConfiguration(kind=kind, **(SETTINGS | settings))
    made = LatentObserver(chosen, model.encoder)
    if made.gain is not None:
        torch.nn.init.normal_(made.gain[-1].weight)
    return made


@torch.no_grad()
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_missing_is_what_was_predicted_and_the_first_frame_is_believed(
    kind, observed, filmed
):
    observer = observer_of(Trainer(filmed, observed(kind), "cpu").model, kind)
    encoded, prior = torch.randn(3, 16), torch.randn(3, 16)
    missing = torch.tensor([True, False, True])
    state, first = observer.step(observer.initial(3), encoded, prior)
    assert torch.equal(first, encoded)
    after, estimate = observer.step(state, torch.randn(3, 16), prior, missing)
    torch.testing.assert_close(estimate[missing], prior[missing])
    assert not torch.allclose(estimate[1], prior[1])
    assert torch.equal(after[missing], state[missing])  # nothing was seen by which to judge


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mode", ["bc", "nearest", "plan"])
def test_policies_look_through_it_until_it_is_switched_off(mode, kind, observed, filmed, tmp_path):
    trainer = trained(filmed, observed(kind))
    folder = save_checkpoint(tmp_path / "run", trainer)
    plain = save_checkpoint(tmp_path / "plain", trained(filmed, observed("none")))
    checkpoint = load_checkpoint(folder)
    for name, weights in trainer.model.latent_observer.state_dict().items():
        assert torch.equal(checkpoint.model.latent_observer.state_dict()[name], weights), name
    with torch.no_grad():  # so that it makes a difference
        checkpoint.model.latent_observer.encoder.network[-1].bias += 1.0
    through, off = make_policy(checkpoint, mode), make_policy(checkpoint, mode, observer=False)
    switched, without = make_policy(checkpoint, mode), make_policy(load_checkpoint(plain), mode)
    switched.observing = False
    assert through.observing and not off.observing and not without.observing
    for policy in (through, off, switched, without):
        policy.reset(2)
    data = filmed.demonstrations.observations
    for row in range(4):
        rows = [row, 24 + row]
        frame = checkpoint.normaliser.invert(data.packed[rows])
        frame |= {name: data[name][rows].numpy() for name in data.images}
        frame = {name: frame[name] for name in checkpoint.spec.senses}
        missing = np.array([row == 2, False])
        expected = without.act(frame, missing)
        for policy in (off, switched):
            np.testing.assert_array_equal(policy.act(frame, missing), expected)
        assert not np.allclose(through.act(frame, missing), expected, atol=1e-4)
    switched.observing = True
    assert np.isfinite(switched.act(frame)).all()


def test_a_policy_estimates_as_it_was_trained_to(observed, filmed):
    """Step by step in deployment equals a window at once."""
    trainer = trained(filmed, observed("gated", belief="gru"))
    checkpoint = Checkpoint.from_trainer(trainer)
    model, data = checkpoint.model, filmed.demonstrations.observations
    torch.nn.init.normal_(model.latent_observer.gain[-1].weight)
    policy = make_policy(checkpoint, "bc")
    policy.reset(1)
    done, missing = [], torch.tensor([[False, False, True, True, False]])
    for row in range(5):
        frame = checkpoint.normaliser.invert(data.packed[[row]])
        frame |= {name: data[name][[row]].numpy() for name in data.images}
        frame = {name: frame[name] for name in checkpoint.spec.senses}
        done.append(torch.from_numpy(policy.act(frame, missing[:, row].numpy())))
    with torch.no_grad():
        encoded = model.latent_observer.encode(data[:5])[None]
        _, states = observed_states(model, encoded, torch.stack(done, dim=1), missing)
        expected = model.give(states[:, -1], data[4:5])
    torch.testing.assert_close(policy._state, expected, atol=2e-2, rtol=0.0)


def test_before_its_phase_there_is_none_to_deploy(observed, filmed, tmp_path):
    trainer = Trainer(filmed, observed(), "cpu")
    for _ in range(4):
        trainer.update()
    checkpoint = load_checkpoint(save_checkpoint(tmp_path / "run", trainer))
    assert checkpoint.model.latent_observer is None
    assert checkpoint.head_trained
    assert not make_policy(checkpoint, "bc").observing


def test_a_policy_without_cameras_refuses_it(small_configuration, dataset):
    observer = LatentObserverConfiguration(kind="frame")
    c = small_configuration()
    c = replace(c, observer=replace(c.observer, kind="none"), latent_observer=observer)
    with pytest.raises(ConfigurationError, match=r"set latent_observer\.kind to none"):
        Trainer(dataset, c, "cpu")
    with pytest.raises(ConfigurationError, match=r"latent_observer\.kind is 'deep'"):
        LatentObserverConfiguration(kind="deep")

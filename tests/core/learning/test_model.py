"""Laws of the model: what learns from what, and one smoke test over every registry."""

from dataclasses import replace

import pytest
import torch

from core.learning import BELIEFS, ENCODERS, ActJepa, Trainer
from core.learning.dataset.windows import WindowSampler
from core.learning.features import compute_features, frames_ahead
from core.learning.losses import observation_distance
from core.learning.objectives import reader_losses
from core.learning.representation import representation_losses


def build(configuration, dataset) -> ActJepa:
    torch.manual_seed(0)
    return ActJepa(configuration, dataset.spec, dataset.normaliser)


def windows_for(configuration, dataset):
    training = configuration.training
    sampler = WindowSampler(
        dataset.demonstrations,
        batch=training.batch,
        time=training.window,
        chunk=configuration.head.chunk,
        generator=torch.Generator().manual_seed(0),
    )
    ahead = frames_ahead(configuration, representation=True, readers=True)
    return sampler.gather(sampler.draw(), ahead)


def all_losses(model, windows, *, through=True):
    features = compute_features(model, windows)
    losses = representation_losses(model, windows, features)
    return losses | reader_losses(model, windows, features, through=through)


def weighted_sum(losses, configuration):
    return sum(getattr(configuration.loss, name) * value for name, value in losses.items())


def gradients(part) -> list[torch.Tensor | None]:
    return [p.grad for p in part.parameters()]


def test_no_gradient_reaches_the_target_encoder(small_configuration, dataset):
    configuration = small_configuration()
    model = build(configuration, dataset)
    weighted_sum(all_losses(model, windows_for(configuration, dataset)), configuration).backward()
    assert all(g is None for g in gradients(model.target_encoder))
    assert all(g is not None and g.abs().sum() > 0 for g in gradients(model.encoder))
    assert all(g is not None for g in gradients(model.predictor))
    assert all(g is not None for g in gradients(model.belief))


def test_decoder_and_goal_map_do_not_shape_the_belief(small_configuration, dataset):
    configuration = small_configuration()
    model = build(configuration, dataset)
    losses = all_losses(model, windows_for(configuration, dataset))
    (losses["decoder"] + losses["goal"]).backward()
    assert all(g is None for g in gradients(model.encoder) + gradients(model.belief))
    assert all(g is not None for g in gradients(model.decoder) + gradients(model.goal_map))


def test_the_head_shapes_the_belief_only_in_the_joint_protocol(small_configuration, dataset):
    configuration = small_configuration()
    windows = windows_for(configuration, dataset)
    for through in (True, False):
        model = build(configuration, dataset)
        all_losses(model, windows, through=through)["action"].backward()
        reached = all(g is not None for g in gradients(model.encoder) + gradients(model.belief))
        assert reached is through


def test_the_target_is_the_moving_average_of_the_encoder(small_configuration, dataset):
    model = build(small_configuration(), dataset)
    with torch.no_grad():
        for p in model.encoder.parameters():
            p += torch.randn_like(p)
    pairs = zip(model.target_encoder.parameters(), model.encoder.parameters(), strict=True)
    expected = [0.9 * t + 0.1 * p for t, p in pairs]
    model.update_target(0.9)
    for target, value in zip(model.target_encoder.parameters(), expected, strict=True):
        torch.testing.assert_close(target, value)


def test_the_target_starts_equal_and_keeps_its_weights_at_tau_one(small_configuration, dataset):
    model = build(small_configuration(), dataset)
    before = [p.clone() for p in model.target_encoder.parameters()]
    for target, online in zip(before, model.encoder.parameters(), strict=True):
        assert torch.equal(target, online)
    with torch.no_grad():
        next(model.encoder.parameters()).add_(1.0)
    model.update_target(1.0)
    for target, old in zip(model.target_encoder.parameters(), before, strict=True):
        assert torch.equal(target, old)


@pytest.mark.parametrize("kind", BELIEFS)
def test_a_belief_unrolled_equals_the_belief_step_by_step(kind, small_configuration, dataset):
    configuration = small_configuration()
    configuration = replace(configuration, belief=replace(configuration.belief, kind=kind))
    model = build(configuration, dataset)
    packed, rows = dataset.demonstrations.padded()
    packed, actions = packed[:3, :20], dataset.demonstrations.actions[rows[:3, :20]]
    with torch.no_grad():
        states = model.remember(model.encode(packed), actions)
        state, last = model.belief.initial(3), torch.zeros(3, 7)
        for t in range(20):
            state = model.perceive(state, packed[:, t], last)
            last = actions[:, t]
            torch.testing.assert_close(state, states[:, t], atol=1e-5, rtol=1e-4)
    assert model.belief.read(states).shape[-1] == model.belief.size
    assert model.belief.estimate(states).shape[-1] == configuration.encoder.latent


def test_imagination_is_the_prediction_step_after_step(small_configuration, dataset):
    model = build(small_configuration(), dataset)
    actions = torch.randn(5, 3, 7)
    with torch.no_grad():
        state = model.belief.initial(5)
        latents, beliefs = model.imagine(state, actions)
        for k in range(3):
            predicted = model.predict(state, actions[:, k])
            torch.testing.assert_close(latents[:, k], predicted)
            state = model.belief.step(state, predicted, predicted)
            torch.testing.assert_close(beliefs[:, k], model.belief.read(state))


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("belief", BELIEFS)
@pytest.mark.parametrize("combination", ["concatenate", "add", "film"])
@pytest.mark.parametrize("normalisation", ["none", "layer", "batch"])
def test_every_combination_builds_and_learns(
    encoder, belief, combination, normalisation, small_configuration, dataset
):
    c = small_configuration(window=8)
    residual = normalisation != "layer"
    c = replace(
        c,
        encoder=replace(c.encoder, kind=encoder, normalisation=normalisation),
        belief=replace(c.belief, kind=belief, length=3),
        predictor=replace(c.predictor, combination=combination, residual=residual),
        loss=replace(c.loss, distance={"none": "plain", "layer": "layer"}.get(normalisation, "l2")),
    )
    model = build(c, dataset)
    losses = all_losses(model, windows_for(c, dataset))
    expected = {"prediction", "inverse_dynamics", "observer"}
    expected |= {"action", "gripper", "decoder", "goal"}
    assert set(losses) == expected
    weighted_sum(losses, c).backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


def test_relative_positions_are_differences_in_decimetres(small_configuration, dataset, episodes):
    model = build(small_configuration(), dataset)
    c = small_configuration()
    c = replace(c, encoder=replace(c.encoder, relative_positions=True))
    model = build(c, dataset)
    relative = model.encoder.relative(dataset.demonstrations.observations[:5])
    o = episodes[0].observations
    difference = (o["goal_position"] - o["end_effector_position"])[:5] / 0.1
    torch.testing.assert_close(relative, torch.from_numpy(difference), atol=1e-4, rtol=1e-4)


RIVALS = ("reconstruction", "next_observation", "contrastive", "masked")


@pytest.mark.parametrize("term", RIVALS)
@pytest.mark.parametrize("preset", ["default", "reference"])
def test_every_rival_teaches_the_encoder_and_falls(term, preset, small_configuration, dataset):
    c = small_configuration(preset)
    off = dict.fromkeys(("prediction", "inverse_dynamics", "observer", "decoder", "goal"), 0.0)
    training = replace(c.training, protocol="frozen", steps=80, batch=32)
    c = replace(c, loss=replace(c.loss, **off, **{term: 1.0}), training=training)
    trainer = Trainer(dataset, c, "cpu")
    values = []
    for _ in range(80):
        losses = trainer.update()
        assert set(losses) == {term}
        values.append(float(losses[term]))
    assert sum(values[-10:]) < 0.9 * sum(values[:10])


def test_a_hidden_future_tells_inverse_dynamics_nothing(small_configuration, dataset):
    c = small_configuration()
    model = build(c, dataset)
    windows = windows_for(c, dataset)
    features = compute_features(model, windows)
    elsewhere = replace(features, latents=torch.randn_like(features.latents))
    told = {}
    for hidden in (0.0, 1.0):
        model.configuration = replace(c, loss=replace(c.loss, hidden_future=hidden))
        told[hidden] = [
            representation_losses(model, windows, seen)["inverse_dynamics"].item()
            for seen in (features, elsewhere)
        ]
    assert told[1.0][0] == told[1.0][1]
    assert told[0.0][0] != told[0.0][1]


def test_noise_in_training_reaches_what_is_encoded_and_not_the_targets(
    small_configuration, dataset
):
    clean = small_configuration()
    model, windows = build(clean, dataset), windows_for(clean, dataset)
    plain = compute_features(model, windows)
    model.configuration = replace(clean, training=replace(clean.training, noise=0.5))
    noisy = compute_features(model, windows)
    assert torch.equal(noisy.targets, plain.targets)
    moved = (noisy.latents - plain.latents).flatten(1).norm(dim=1)  # (batch,)
    assert (moved > 0).all()
    assert moved.max() > 1.5 * moved.min(), "every window has a level of its own"


def test_a_passive_predictor_does_not_see_the_action(small_configuration, dataset):
    c = small_configuration()
    passive = build(replace(c, predictor=replace(c.predictor, actions=False)), dataset)
    told = build(c, dataset)
    state = torch.randn(3, passive.belief.state_size)
    one, other = torch.zeros(3, 7), torch.ones(3, 7)
    assert torch.equal(passive.predict(state, one), passive.predict(state, other))
    assert not torch.equal(told.predict(state, one), told.predict(state, other))


def test_targets_learn_only_without_stop_gradient(small_configuration, dataset):
    """With an encoder that sees nothing of the present, what is learned comes by the targets."""
    for stops in (True, False):
        c = small_configuration()
        c = replace(c, target=replace(c.target, stop_gradient=stops))
        model = build(c, dataset)
        windows = windows_for(c, dataset)
        features = compute_features(model, windows)
        assert features.targets.requires_grad == (not stops)


def test_a_turned_scene_does_not_blow_up_what_is_decoded():
    """A feature of hardly any spread is many standard deviations away once a scene is turned."""
    seen = torch.tensor([[1.0, -80.0]])
    assert observation_distance(torch.zeros(1, 2), seen).item() == pytest.approx((1 + 25) / 2)

"""Laws of the model: what learns from what, and one smoke test over every registry."""

from dataclasses import replace

import pytest
import torch

from core.learning import ENCODERS, ActJepa, Trainer
from core.learning.batch import Need, encode_batch
from core.learning.beliefs import BELIEFS
from core.learning.losses import observation_distance


def build(configuration, dataset) -> ActJepa:
    torch.manual_seed(0)
    return ActJepa(configuration, dataset.spec, dataset.normaliser)


def windows_of(trainer):
    return trainer.sampler.draw(trainer._ahead)


def weighted_sum(losses, configuration):
    return sum(configuration.loss.weight(name) * value for name, value in losses.items())


def gradients(part) -> list[torch.Tensor | None]:
    return [p.grad for p in part.parameters()]


def test_no_gradient_reaches_the_target_encoder(small_configuration, dataset):
    configuration = small_configuration()
    trainer = Trainer(dataset, configuration, "cpu")
    model = trainer.model
    weighted_sum(trainer.losses(), configuration).backward()
    assert all(g is None for g in gradients(model.target_encoder))
    assert all(g is not None and g.abs().sum() > 0 for g in gradients(model.encoder))
    assert all(g is not None for g in gradients(model.predictor))
    assert all(g is not None for g in gradients(model.belief))


def test_decoder_and_goal_map_do_not_shape_the_belief(small_configuration, dataset):
    trainer = Trainer(dataset, small_configuration(), "cpu")
    model, losses = trainer.model, trainer.losses()
    (losses["decoder"] + losses["goal"]).backward()
    assert all(g is None for g in gradients(model.encoder) + gradients(model.belief))
    assert all(g is not None for g in gradients(model.decoder) + gradients(model.goal_map))


def test_the_head_shapes_the_belief_only_in_the_joint_protocol(small_configuration, dataset):
    for protocol, updates in (("joint", 0), ("frozen", 7)):
        trainer = Trainer(dataset, small_configuration(protocol=protocol), "cpu")
        for _ in range(updates):
            trainer.update()
        model = trainer.model
        model.zero_grad()
        trainer.losses()["action"].backward()
        reached = [g is not None for g in gradients(model.encoder) + gradients(model.belief)]
        assert all(reached) if protocol == "joint" else not any(reached)


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


LARGE = ("resnet18", "vit_s", "vit_tiny")
"""Encoders of millions of parameters, which are not built for every combination of the others."""


@pytest.mark.parametrize("encoder", [name for name in ENCODERS if name not in LARGE])
@pytest.mark.parametrize("belief", BELIEFS)
@pytest.mark.parametrize("combination", ["concatenate", "add", "film"])
@pytest.mark.parametrize("normalisation", ["none", "layer", "batch"])
def test_every_combination_builds_and_learns(
    encoder, belief, combination, normalisation, small_configuration, dataset, filmed
):
    images = ENCODERS[encoder].takes_images
    c = small_configuration("cameras" if images else "default", window=8)
    residual = normalisation != "layer"
    c = replace(
        c,
        encoder=replace(c.encoder, kind=encoder, normalisation=normalisation),
        belief=replace(c.belief, kind=belief, length=3),
        predictor=replace(c.predictor, combination=combination, residual=residual),
        loss=replace(c.loss, distance={"none": "plain", "layer": "layer"}.get(normalisation, "l2")),
    )
    builds_and_learns(c, filmed if images else dataset)


@pytest.mark.parametrize("encoder", LARGE)
def test_large_encoders_build_and_learn(encoder, small_configuration, filmed):
    c = small_configuration("cameras", batch=2)
    builds_and_learns(replace(c, encoder=replace(c.encoder, kind=encoder)), filmed)


def builds_and_learns(c, dataset):
    """One batch: every loss is there, and every gradient finite."""
    trainer = Trainer(dataset, c, "cpu")
    model, losses = trainer.model, trainer.losses()
    expected = {"prediction", "inverse_dynamics", "action", "gripper", "decoder", "goal"}
    expected |= set() if model.encoder.takes_images else {"observer"}
    assert set(losses) == expected
    weighted_sum(losses, c).backward()
    assert all(torch.isfinite(p.grad).all() for p in model.parameters() if p.grad is not None)


def test_relative_positions_are_differences_in_decimetres(small_configuration, dataset, episodes):
    model = build(small_configuration(), dataset)
    c = small_configuration()
    c = replace(c, encoder=replace(c.encoder, relative_positions=True))
    model = build(c, dataset)
    relative = model.encoder.relative(dataset.demonstrations.observations.packed[:5])
    o = episodes[0].observations
    difference = (o["goal_position"] - o["end_effector_position"])[:5] / 0.1
    torch.testing.assert_close(relative, torch.from_numpy(difference), atol=1e-4, rtol=1e-4)


BASELINES = ("reconstruction", "next_observation", "contrastive", "masked")


@pytest.mark.parametrize("term", BASELINES)
@pytest.mark.parametrize("preset", ["default", "reference"])
def test_every_baseline_teaches_the_encoder_and_falls(term, preset, small_configuration, dataset):
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
    trainer = Trainer(dataset, c, "cpu")
    model, windows = trainer.model, windows_of(trainer)
    batch = encode_batch(model, windows, Need.STATES)
    elsewhere = replace(batch, latents=torch.randn_like(batch.latents))
    given = {}
    for hidden in (0.0, 1.0):
        model.configuration = replace(c, loss=replace(c.loss, hidden_future=hidden))
        inverse = model.objectives["inverse_dynamics"]
        given[hidden] = [
            inverse.loss(model, seen)["inverse_dynamics"].item() for seen in (batch, elsewhere)
        ]
    assert given[1.0][0] == given[1.0][1]
    assert given[0.0][0] != given[0.0][1]


def test_noise_in_training_reaches_what_is_encoded_and_not_the_targets(
    small_configuration, dataset
):
    clean = small_configuration()
    trainer = Trainer(dataset, clean, "cpu")
    model, windows = trainer.model, windows_of(trainer)
    plain = encode_batch(model, windows, Need.LATENTS | Need.TARGETS)
    model.configuration = replace(clean, training=replace(clean.training, noise=0.5))
    noisy = encode_batch(model, windows, Need.LATENTS | Need.TARGETS)
    assert torch.equal(noisy.targets, plain.targets)
    moved = (noisy.latents - plain.latents).flatten(1).norm(dim=1)  # (batch,)
    assert (moved > 0).all()
    assert moved.max() > 1.5 * moved.min(), "every window has a level of its own"


def test_a_passive_predictor_does_not_see_the_action(small_configuration, dataset):
    c = small_configuration()
    passive = build(replace(c, predictor=replace(c.predictor, actions=False)), dataset)
    active = build(c, dataset)
    state = torch.randn(3, passive.belief.state_size)
    one, other = torch.zeros(3, 7), torch.ones(3, 7)
    assert torch.equal(passive.predict(state, one), passive.predict(state, other))
    assert not torch.equal(active.predict(state, one), active.predict(state, other))


def test_targets_learn_only_without_stop_gradient(small_configuration, dataset):
    """With an encoder that sees nothing of the present, what is learned comes by the targets."""
    for stops in (True, False):
        c = small_configuration()
        c = replace(c, target=replace(c.target, stop_gradient=stops))
        trainer = Trainer(dataset, c, "cpu")
        batch = encode_batch(trainer.model, windows_of(trainer), Need.TARGETS)
        assert batch.targets.requires_grad == (not stops)


def test_a_turned_scene_does_not_blow_up_what_is_decoded():
    """A feature of hardly any spread is many standard deviations away once a scene is turned."""
    seen = torch.tensor([[1.0, -80.0]])
    assert observation_distance(torch.zeros(1, 2), seen).item() == pytest.approx((1 + 25) / 2)

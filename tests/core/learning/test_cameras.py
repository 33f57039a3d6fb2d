"""A policy of cameras is trained, resumed and given its goal."""

from dataclasses import replace

import pytest
import torch

from core.learning import (
    ConfigurationError,
    Trainer,
    load_checkpoint,
    resume_training,
    save_checkpoint,
)
from core.learning.batch import encode_batch
from core.policies import make_policy


def test_only_frames_that_are_looked_at_are_encoded(small_configuration, filmed):
    trainer = Trainer(filmed, small_configuration("cameras", image_shift=0), "cpu")
    looked = trainer._looked
    assert looked.latents == (0, 4) and looked.targets == (1, 3)
    windows = trainer.sampler.draw(trainer._ahead)
    some = encode_batch(trainer.model, windows, trainer._need, looked)
    everything = encode_batch(trainer.model, windows, trainer._need)
    assert some.latents.shape == everything.latents.shape
    for frame in looked.latents:
        assert torch.allclose(some.latents[:, frame], everything.latents[:, frame], atol=1e-2)
    assert some.latents[:, 2].abs().sum() == 0
    for objective in trainer._objectives:
        for batch in (some, everything):
            windows.generator.manual_seed(0)
            found = objective.loss(trainer.model, batch)
            if batch is some:
                expected = found
        for name, value in found.items():
            assert torch.allclose(value, expected[name], rtol=0.02), name


@pytest.mark.parametrize("window", [1, 6])
def test_resumed_it_goes_on_as_if_it_had_never_stopped(
    small_configuration, filmed, tmp_path, window
):
    c = small_configuration("cameras", window=window, brightness=0.1, contrast=0.1, pixel_noise=0.1)
    c = replace(c, encoder=replace(c.encoder, modality_dropout=0.2))
    through, stopped = (Trainer(filmed, c, "cpu") for _ in range(2))
    for _ in range(3):
        stopped.update()
    resumed = resume_training(save_checkpoint(tmp_path / "run", stopped), filmed, "cpu")
    while not through.finished:
        through.update()
    while not resumed.finished:
        resumed.update()
    for name, tensor in through.state().tensors.items():
        assert torch.equal(tensor, resumed.state().tensors[name]), name


def test_a_given_goal_reaches_the_head_and_not_the_latent(small_configuration, filmed, tmp_path):
    trainer = Trainer(filmed, small_configuration("cameras"), "cpu")
    for _ in range(4):
        trainer.update()
    checkpoint = load_checkpoint(save_checkpoint(tmp_path / "run", trainer))
    model, seen = checkpoint.model, filmed.demonstrations.observations[:5]
    packed = seen.packed.clone()
    packed[:, seen.slices["goal_position"]] += 1.0
    moved = seen.with_vectors(packed)
    assert torch.equal(model.encode(seen), model.encode(moved))
    state = model.remember(model.encode(seen)[:, None], torch.zeros(5, 1, 7))[:, 0]
    here, there = model.give(state, seen), model.give(state, moved)
    assert torch.equal(model.belief.read(here), model.belief.read(there))
    assert not torch.allclose(
        model.action_chunk(model.belief.known(here)), model.action_chunk(model.belief.known(there))
    )
    assert not torch.allclose(
        model.goal_map(model.belief.known(here)), model.goal_map(model.belief.known(there))
    )


def test_a_seen_goal_is_not_demanded(small_configuration, filmed):
    c = small_configuration("cameras")
    seen = replace(c, encoder=replace(c.encoder, goal="seen"))
    assert "goal_position" in Trainer(filmed, c, "cpu").model.spec.senses
    assert "goal_position" not in Trainer(filmed, seen, "cpu").model.spec.senses


@pytest.mark.parametrize("mode", ["bc", "nearest", "plan"])
def test_all_modes_act_from_images(small_configuration, filmed, tmp_path, mode):
    trainer = Trainer(filmed, small_configuration("cameras"), "cpu")
    for _ in range(4):
        trainer.update()
    checkpoint = load_checkpoint(save_checkpoint(tmp_path / "run", trainer))
    policy = make_policy(checkpoint, mode)
    policy.reset(2)
    observations = filmed.demonstrations.observations
    frame = checkpoint.normaliser.invert(observations.packed[[0, 30]])
    frame |= {name: observations[name][[0, 30]].numpy() for name in observations.images}
    sensed = {name: frame[name] for name in checkpoint.spec.senses}
    for _ in range(3):
        assert policy.act(sensed).shape == (2, 7)
    believed = policy.explain(1).observation
    assert believed is not None and "goal_position" in believed


def test_the_observer_of_vectors_is_refused(small_configuration, filmed):
    c = small_configuration("cameras")
    c = replace(c, observer=replace(c.observer, kind="gru"))
    with pytest.raises(ConfigurationError, match=r"senses images; set observer\.kind to none"):
        Trainer(filmed, c, "cpu")


def test_images_are_mirrored_together_with_the_scene(small_configuration, filmed):
    c = small_configuration("cameras", mirror=True, image_shift=0, batch=32)
    assert Trainer(filmed, c, "cpu").motion is None, "nothing is known of where the cameras stand"
    fields = tuple(replace(f, rendering=int(f.kind == "image")) for f in filmed.spec.fields)
    actions = replace(filmed.spec.actions, frame="world")
    symmetric = replace(filmed, spec=replace(filmed.spec, fields=fields, actions=actions))
    trainer = Trainer(symmetric, c, "cpu")
    windows = trainer.sampler.draw(1)
    plain = symmetric.demonstrations.observations[windows.rows]
    seen, there = windows.observations["front_image"], plain["front_image"]
    flipped = [torch.equal(a, b.flip(2)) for a, b in zip(seen, there, strict=True)]
    kept = [torch.equal(a, b) for a, b in zip(seen, there, strict=True)]
    side = windows.observations["end_effector_position"][..., 1]
    moved = (side - plain["end_effector_position"][..., 1]).abs().amax(dim=1) > 1e-3
    assert 8 < sum(flipped) < 24 and all(a != b for a, b in zip(flipped, kept, strict=True))
    assert moved.tolist() == flipped

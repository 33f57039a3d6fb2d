"""Laws of training: exact resumption, what is frozen, and that losses fall."""

from dataclasses import replace

import pytest
import torch

from core.learning import ConfigurationError, LearningError, Trainer
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
    steps(trainer, trainer.total_steps)
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
        rows = dataset.demonstrations.observations.packed
        equal = torch.equal(seen.observations.packed[: len(rows)], rows)
        assert equal == (rotation == 0)


def test_the_representation_phase_leaves_the_head_alone(small_configuration, dataset):
    trainer = Trainer(dataset, small_configuration("reference"), "cpu")
    before = {k: v.clone() for k, v in trainer.model.state_dict().items()}
    steps(trainer, 6)
    after = trainer.model.state_dict()
    assert all(torch.equal(before[k], after[k]) for k in before if k.startswith("head."))
    assert not all(torch.equal(before[k], after[k]) for k in before if k.startswith("encoder."))


def test_losses_fall(small_configuration, dataset):
    trainer = Trainer(dataset, small_configuration(steps=400), "cpu")
    losses = [trainer.update() for _ in range(400)]
    for name in ("action", "prediction", "decoder", "goal"):
        first = sum(each[name] for each in losses[:10])
        last = sum(each[name] for each in losses[-10:])
        assert last < 0.7 * first, name


def test_an_absent_device_is_named(small_configuration, dataset):
    if torch.cuda.is_available():
        pytest.skip("there is a CUDA device")
    with pytest.raises(LearningError, match="'cuda' was asked for"):
        Trainer(dataset, small_configuration(), "cuda")


def test_a_phase_without_any_loss_is_refused_in_a_sentence(small_configuration, dataset):
    c = small_configuration(protocol="frozen")
    off = dict.fromkeys(("prediction", "inverse_dynamics", "observer"), 0.0)
    c = replace(c, loss=replace(c.loss, **off))
    with pytest.raises(ConfigurationError, match="loss of the phase 'representation' has weight 0"):
        Trainer(dataset, c, "cpu")
    c = replace(c, training=replace(c.training, steps=0))
    Trainer(dataset, c, "cpu").update()


@pytest.mark.parametrize("clip", [0.0, 0.1])
def test_the_action_loss_may_have_a_gradient_of_its_own(clip, small_configuration, dataset):
    """It makes no difference, unless gradients are shortened."""
    c, trained = small_configuration(), []
    loss = replace(c.loss, prediction=1000.0)  # it fills the gradient of all losses together
    for own in (False, True):
        chosen = replace(c.optimiser, own_action_gradient=own, gradient_clip=clip)
        trainer = Trainer(dataset, replace(c, optimiser=chosen, loss=loss), "cpu")
        trained.append(steps(trainer, 1).state().part("model"))
    together, apart = trained
    same = {k: torch.allclose(together[k], apart[k], atol=1e-4) for k in together}
    if not clip:
        assert all(same.values())
    assert same["encoder.network.0.weight"] == same["belief.gru.weight_hh_l0"] == (not clip)
    assert all(same[name] for name in same if name.startswith(("decoder.", "goal_map.")))

"""All senses become one latent."""

from dataclasses import replace

import pytest
import torch

from core.learning import ENCODERS, ActJepa, ConfigurationError, Trainer
from core.learning.dataset.frames import Frames
from core.learning.dataset.observation import Observation

OF_IMAGES = [name for name, encoder in ENCODERS.items() if encoder.takes_images]


def build(small_configuration, dataset, **encoder) -> ActJepa:
    c = small_configuration("cameras")
    c = replace(c, encoder=replace(c.encoder, precision="float32", **encoder))
    torch.manual_seed(0)
    return ActJepa(c, dataset.spec, dataset.normaliser)


def without(observation: Observation, camera: str) -> Observation:
    images = {n: each for n, each in observation.images.items() if n != camera}
    return observation.with_images(images)


def test_images_and_own_pose_are_looked_at_and_probes_are_not(small_configuration, filmed):
    model = build(small_configuration, filmed)
    seen = filmed.demonstrations.observations[:6]
    latent = model.encode(seen)
    assert latent.shape == (6, 16)
    for name, changes in (("end_effector_position", True), ("goal_position", False)):
        packed = seen.packed.clone()
        packed[:, seen.slices[name]] += 1.0
        assert torch.equal(model.encode(seen.with_vectors(packed)), latent) != changes
    for camera in seen.images:
        other = seen.with_images({**seen.images, camera: seen.images[camera][[5, 4, 3, 2, 1, 0]]})
        assert not torch.allclose(model.encode(other), latent)


def test_windows_are_encoded_frame_by_frame(small_configuration, filmed):
    model = build(small_configuration, filmed)
    rows = torch.tensor([[0, 1, 2], [30, 31, 32]])
    everything = model.encode(filmed.demonstrations.observations)
    window = model.encode(filmed.demonstrations.observations[rows])
    assert torch.allclose(window, everything[rows], atol=1e-5)


def test_a_missing_camera_is_survived(small_configuration, filmed):
    model = build(small_configuration, filmed)
    seen = filmed.demonstrations.observations[:4]
    latent = model.encode(without(seen, "side_image"))
    assert torch.isfinite(latent).all()
    assert not torch.allclose(latent, model.encode(seen))


def test_a_black_image_is_a_missing_one_once_deployed(small_configuration, filmed):
    model = build(small_configuration, filmed)
    seen = filmed.demonstrations.observations[:4]
    black = Frames.of(torch.zeros(4, 16, 16, 3, dtype=torch.uint8))
    dark = seen.with_images({**seen.images, "side_image": black})
    missing = model.encode(without(seen, "side_image"))
    assert not torch.allclose(model.encode(dark), missing)
    model.eval()
    assert torch.allclose(model.encode(dark), model.encode(without(seen, "side_image")))


def test_hidden_modalities_train_what_stands_for_them(small_configuration, filmed):
    model = build(small_configuration, filmed, modality_dropout=0.5)
    seen = filmed.demonstrations.observations[torch.arange(24)[:, None]]
    model.encode(seen).square().sum().backward()
    for modality in model.encoder.modalities.values():
        assert modality.absent.grad.abs().sum() > 0
    model.eval()
    assert torch.equal(model.encode(seen), model.encode(seen)), "nothing is hidden when deployed"


def test_one_network_can_look_at_all_cameras(small_configuration, filmed):
    apart, shared = (
        sum(p.numel() for p in build(small_configuration, filmed, shared=s).encoder.parameters())
        for s in (False, True)
    )
    assert shared < apart
    with pytest.raises(ConfigurationError, match="needs images, and the policy senses none"):
        build(small_configuration, filmed, senses=("state",))


def test_separate_modalities_keep_parts_of_their_own(small_configuration, filmed):
    model = build(small_configuration, filmed, fusion="separate", latent=18)
    parts = model.encoder.parts
    assert list(parts) == ["front_image", "side_image", "proprioception"]
    seen = filmed.demonstrations.observations[:4]
    latent, blind = model.encode(seen), model.encode(without(seen, "side_image"))
    same = [torch.equal(latent[:, part], blind[:, part]) for part in parts.values()]
    assert same == [True, False, True]
    with pytest.raises(ConfigurationError, match="must be a multiple of the 3 modalities"):
        build(small_configuration, filmed, fusion="separate", latent=16)


def test_the_published_form_predicts_proprioception_alone(small_configuration, filmed):
    c = small_configuration("paper")
    c = replace(c, encoder=replace(c.encoder, latent=18, precision="float32"))
    trainer = Trainer(filmed, c, "cpu")
    part = trainer.model.encoder.parts["proprioception"]
    trainer.losses()["prediction"].backward()
    gradient = trainer.model.predictor.network[-1].weight.grad
    assert gradient[part].abs().sum() > 0
    others = [row for row in range(18) if row not in range(part.start, part.stop)]
    assert gradient[others].abs().sum() == 0
    mixed = replace(c, encoder=replace(c.encoder, fusion="mixed"))
    with pytest.raises(ConfigurationError, match=r"set encoder\.fusion to separate"):
        Trainer(filmed, mixed, "cpu")


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_precision_changes_little(small_configuration, filmed, precision):
    exact = build(small_configuration, filmed)
    model = build(small_configuration, filmed)
    model.encoder.precision = getattr(torch, precision)
    seen = filmed.demonstrations.observations
    assert torch.allclose(model.encode(seen), exact.encode(seen), atol=0.05)

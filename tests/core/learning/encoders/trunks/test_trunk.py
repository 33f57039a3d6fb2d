"""What holds for every trunk: shapes, gradients, sizes of images."""

import pytest
import torch

from core.learning.configuration import EncoderConfiguration
from core.learning.encoders.trunks.resnet import ResNet18
from core.learning.encoders.trunks.trunk import Trunk
from core.learning.encoders.trunks.vit import ViTSmall, ViTTiny
from core.learning.errors import ConfigurationError

TRUNKS = {"resnet18": (ResNet18, 512), "vit_s": (ViTSmall, 384), "vit_tiny": (ViTTiny, 192)}


def image(height: int, width: int, count: int = 2) -> torch.Tensor:
    """Random images as an encoder hands them to a trunk."""
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(count, 3, height, width, generator=generator)
    return images.to(memory_format=torch.channels_last)


@pytest.mark.parametrize("size", [(64, 64), (96, 96), (128, 128), (224, 224), (64, 96)])
@pytest.mark.parametrize("name", TRUNKS)
@pytest.mark.parametrize("weights", ["", "somebody's"])
def test_shapes_for_every_size(name, size, weights):
    # without memory: the shapes are those of the real thing, and twelve blocks cost nothing
    kind, features = TRUNKS[name]
    with torch.device("meta"):
        trunk = kind(EncoderConfiguration(weights=weights), *size)
        given = trunk(torch.empty(3, 3, *size))
    assert trunk.features == features
    assert given.shape == (3, features)


@pytest.mark.parametrize("name", TRUNKS)
@pytest.mark.parametrize("weights", ["", "somebody's"])
def test_every_parameter_learns_and_nothing_is_nan(name, weights):
    trunk = TRUNKS[name][0](EncoderConfiguration(weights=weights), 64, 64)
    given = trunk(image(64, 64))
    assert given.isfinite().all()
    assert given.std() > 0.1
    given.square().mean().backward()
    for place, parameter in trunk.named_parameters():
        assert parameter.grad is not None, place
        assert parameter.grad.isfinite().all(), place
        if not place.endswith("qkv.bias"):  # of which the keys' part changes nothing
            assert parameter.grad.abs().max() > 0, place


@pytest.mark.parametrize("name", TRUNKS)
@pytest.mark.parametrize("size", [96, 128, 224])
def test_larger_images_give_finite_features(name, size):
    trunk = TRUNKS[name][0](EncoderConfiguration(), size, size)
    with torch.no_grad():
        first, second = trunk(image(size, size))
    assert first.isfinite().all()
    assert not torch.allclose(first, second), "it looks at the image"


@pytest.mark.parametrize("name", TRUNKS)
def test_bf16_stays_near(name):
    trunk = TRUNKS[name][0](EncoderConfiguration(), 64, 64)
    with torch.no_grad():
        exact = trunk(image(64, 64))
        with torch.autocast("cpu", torch.bfloat16):
            given = trunk(image(64, 64))
    assert (given.float() - exact).abs().max() < 0.1


def test_a_trunk_without_published_weights_says_so():
    with pytest.raises(ConfigurationError, match="needs resnet18, vit_s or vit_tiny"):
        Trunk(EncoderConfiguration(), 64, 64).load_weights("some.safetensors")

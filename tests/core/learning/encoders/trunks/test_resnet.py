"""The residual network: its blocks against plain convolutions, stems, frozen batch norm."""

import pytest
import torch
from torch.nn import functional

from core.learning.configuration import EncoderConfiguration
from core.learning.encoders.trunks.resnet import BasicBlock, FrozenBatchNorm, ResNet18


def resnet(size: int = 64, **options) -> ResNet18:
    return ResNet18(EncoderConfiguration(**options), size, size)


def test_a_block_worked_out_by_hand():
    # one place, so that only the middle of each 3×3 kernel counts
    block = BasicBlock(2, 2, stride=1, frozen=True)
    with torch.no_grad():
        for convolution in (block.conv1, block.conv2):
            convolution.weight.zero_()
        block.conv1.weight[:, :, 1, 1] = torch.tensor([[1.0, 2.0], [-1.0, 0.0]])
        block.conv2.weight[:, :, 1, 1] = torch.tensor([[1.0, 0.0], [3.0, 1.0]])
        block.bn2.bias.copy_(torch.tensor([0.5, -20.0]))
        given = block(torch.tensor([1.0, 3.0]).view(1, 2, 1, 1)).flatten()
    # first layer: (1 + 6, -1) rectified is (7, 0); second: (7, 21); plus (0.5, -20) and the input
    assert given.tolist() == pytest.approx([7 + 0.5 + 1, 21 - 20 + 3], abs=1e-3)


def test_a_block_that_narrows_takes_every_second_place():
    block = BasicBlock(2, 4, stride=2, frozen=True)
    with torch.no_grad():
        block.bn2.weight.zero_()  # nothing but the way around
        maps = torch.rand(1, 2, 4, 4)
        given = block(maps)
    shortcut = block.downsample[0].weight[:, :, 0, 0]
    expected = torch.einsum("oi,nihw->nohw", shortcut, maps[:, :, ::2, ::2]).relu()
    torch.testing.assert_close(given, expected, rtol=1e-4, atol=1e-5)


def test_group_norm_looks_at_one_image():
    trunk = resnet()
    images = torch.rand(3, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(trunk(images)[:1], trunk(images[:1]), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("size", "options", "places"),
    [
        (32, {}, 4),
        (64, {}, 4),
        (96, {}, 6),
        (128, {}, 8),
        (64, {"stem": "standard"}, 2),
        (224, {"stem": "standard"}, 7),
        (64, {"weights": "theirs", "stem": "small"}, 2),
    ],
)
def test_the_stem_decides_how_fine_the_last_map_is(size, options, places):
    with torch.device("meta"):
        trunk = resnet(size, **options)
        shapes = []
        trunk.layer4.register_forward_hook(lambda *given: shapes.append(given[2].shape))
        trunk(torch.empty(1, 3, size, size))
    assert shapes == [(1, 512, places, places)]


def test_batch_norm_stays_frozen_in_training():
    trunk = resnet(weights="theirs").train()
    norms = [m for m in trunk.modules() if isinstance(m, FrozenBatchNorm)]
    assert len(norms) == 20
    with torch.no_grad():
        for norm in norms:
            norm.running_mean.normal_(0.0, 0.1)
            norm.running_var.uniform_(0.5, 2.0)
    before = {name: value.clone() for name, value in trunk.named_buffers()}
    images = torch.rand(2, 3, 64, 64)
    trained = trunk(images)
    trained.sum().backward()
    for name, value in trunk.named_buffers():
        assert torch.equal(value, before[name]), name
    assert all(norm.weight.grad is not None for norm in norms), "scale and shift learn"
    assert torch.equal(trunk.eval()(images), trained), "it is the same network in both modes"


def test_frozen_batch_norm_is_batch_norm_in_evaluation():
    norm, plain = FrozenBatchNorm(3), torch.nn.BatchNorm2d(3).eval()
    for name, value in norm.state_dict().items():
        value.uniform_(0.5, 2.0)
        plain.state_dict()[name].copy_(value)
    maps = torch.randn(2, 3, 5, 5)
    torch.testing.assert_close(norm(maps), plain(maps))


def test_images_are_scaled_as_torchvision_scales_them():
    trunk = resnet()
    mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1).expand(1, 3, 2, 2)
    std = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    torch.testing.assert_close(trunk.scaling(mean), torch.zeros(1, 3, 2, 2))
    torch.testing.assert_close(trunk.scaling(mean + std), torch.ones(1, 3, 2, 2))


def test_the_average_is_over_the_last_map():
    trunk = resnet()
    maps = []
    trunk.layer4.register_forward_hook(lambda *given: maps.append(given[2]))
    given = trunk(torch.rand(2, 3, 64, 64))
    torch.testing.assert_close(given, functional.adaptive_avg_pool2d(maps[0], 1).flatten(1))

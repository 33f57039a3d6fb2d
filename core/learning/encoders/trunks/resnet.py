"""ResNet-18: He et al., "Deep Residual Learning for Image Recognition" (2016), section 4.

Modules carry the names of torchvision's ``resnet18``, so that a file of its weights fits by name;
``bn1`` is therefore a group norm where the network is trained from scratch.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.learning.configuration import EncoderConfiguration
from core.learning.encoders.trunks.scaling import ChannelScaling
from core.learning.encoders.trunks.trunk import Trunk
from core.learning.encoders.trunks.weights import read_weights

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
WIDTHS = (64, 128, 256, 512)
"""Channels of the four stages, of two blocks each."""
GROUP = 16
"""Channels that are normalised together in training from scratch."""
HALVED_FROM = 64
"""Larger side from which the small stem halves an image [px]: the last feature map of one of
64 px then has 4 × 4 places, as that of one of 32 px has without."""


class FrozenBatchNorm(nn.Module):
    """Batch norm with the statistics that it came with, in training too; its scale and shift learn.

    Statistics of one arm's few scenes would shift with every batch, and the target encoder's and
    the policy's would differ from those of training.
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))

    def forward(self, maps: Tensor) -> Tensor:
        return functional.batch_norm(
            maps, self.running_mean, self.running_var, self.weight, self.bias, training=False
        )


def _norm(channels: int, frozen: bool) -> nn.Module:
    return FrozenBatchNorm(channels) if frozen else nn.GroupNorm(channels // GROUP, channels)


def _convolution(inputs: int, outputs: int, size: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)


class BasicBlock(nn.Module):
    """Two 3×3 convolutions and a way around them: (N, inputs, h, w) to (N, outputs, h/s, w/s)."""

    def __init__(self, inputs: int, outputs: int, stride: int, frozen: bool) -> None:
        super().__init__()
        self.conv1 = _convolution(inputs, outputs, 3, stride)
        self.bn1 = _norm(outputs, frozen)
        self.conv2 = _convolution(outputs, outputs, 3, 1)
        self.bn2 = _norm(outputs, frozen)
        self.downsample: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            shortcut = _convolution(inputs, outputs, 1, stride)
            self.downsample = nn.Sequential(shortcut, _norm(outputs, frozen))

    def forward(self, maps: Tensor) -> Tensor:
        inner = functional.relu(self.bn1(self.conv1(maps)), inplace=True)
        inner = self.bn2(self.conv2(inner))
        return functional.relu(inner + self.downsample(maps), inplace=True)


class ResNet18(Trunk):
    """An 18-layer residual network and the average over its last feature map: 512 features.

    From scratch it has group norm and either stem. With a weights file it is torchvision's: the
    standard stem and frozen batch norm.
    """

    features = WIDTHS[-1]

    def __init__(self, configuration: EncoderConfiguration, height: int, width: int) -> None:
        super().__init__(configuration, height, width)
        theirs = bool(configuration.weights)
        self.scaling = ChannelScaling(IMAGENET_MEAN, IMAGENET_STD)
        self.pooled = theirs or configuration.stem == "standard"
        if self.pooled:
            self.conv1 = _convolution(3, WIDTHS[0], 7, stride=2)
        else:
            self.conv1 = _convolution(
                3, WIDTHS[0], 3, 2 if max(height, width) >= HALVED_FROM else 1
            )
        self.bn1 = _norm(WIDTHS[0], theirs)
        self.layer1 = _stage(WIDTHS[0], WIDTHS[0], 1, theirs)
        self.layer2 = _stage(WIDTHS[0], WIDTHS[1], 2, theirs)
        self.layer3 = _stage(WIDTHS[1], WIDTHS[2], 2, theirs)
        self.layer4 = _stage(WIDTHS[2], WIDTHS[3], 2, theirs)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, images: Tensor) -> Tensor:
        maps = self.conv1(self.scaling(images))  # (N, 64, H/2, W/2)
        maps = functional.relu(self.bn1(maps), inplace=True)
        if self.pooled:
            maps = functional.max_pool2d(maps, 3, stride=2, padding=1)  # (N, 64, H/4, W/4)
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            maps = stage(maps)  # the last: (N, 512, H/16, W/16), or H/32 and W/32 if pooled
        return maps.mean(dim=(2, 3))  # (N, 512)

    def load_weights(self, file: str) -> None:
        shapes = {name: tensor.shape for name, tensor in self.state_dict().items()}
        ignored = ("fc.*", "*.num_batches_tracked")
        self.load_state_dict(read_weights(file, "torchvision's resnet18", shapes, ignored))


def _stage(inputs: int, outputs: int, stride: int, frozen: bool) -> nn.Sequential:
    return nn.Sequential(
        BasicBlock(inputs, outputs, stride, frozen), BasicBlock(outputs, outputs, 1, frozen)
    )

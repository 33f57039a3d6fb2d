"""What a trunk's network expects of the channels of an image."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class ChannelScaling(nn.Module):
    """Images (N, 3, H, W) in [0, 1] less the mean, over the standard deviation, of each channel."""

    mean: Tensor
    std: Tensor

    def __init__(self, mean: Sequence[float], std: Sequence[float]) -> None:
        super().__init__()
        # constants of the architecture: no file and no checkpoint holds them
        self.register_buffer("mean", torch.tensor(mean).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> Tensor:
        return (images - self.mean) / self.std

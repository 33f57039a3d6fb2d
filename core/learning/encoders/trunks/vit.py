"""Vision transformers: Dosovitskiy et al., "An Image is Worth 16x16 Words" (2021), section 3.1.

Modules carry the names of timm's ``vit_small_patch16_224`` and ``vit_tiny_patch16_224``, so that a
file of their weights fits by name.
"""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional

from core.learning.configuration import EncoderConfiguration
from core.learning.encoders.trunks.scaling import ChannelScaling
from core.learning.encoders.trunks.trunk import Trunk
from core.learning.encoders.trunks.weights import read_weights
from core.learning.errors import ConfigurationError, WeightsError

DEPTH = 12
"""Number of blocks."""
EXPANSION = 4
"""Width of a block's perceptron, in widths of the tokens."""
EPSILON = 1e-6
"""What timm adds to variances in layer norms."""
SPREAD = 0.02
"""Standard deviation of initial weights and positions."""
PATCH, SMALL_PATCH, SMALL_BELOW = 16, 8, 128
"""Side of a patch, that in images whose larger side is below the third number, and that [px]."""


class PatchEmbedding(nn.Module):
    """Each patch of an image to a token: (N, 3, H, W) to (N, patches, size), row by row."""

    def __init__(self, patch: int, size: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, size, patch, stride=patch)

    def forward(self, images: Tensor) -> Tensor:
        maps: Tensor = self.proj(images)  # (N, size, rows, columns)
        return maps.flatten(2).transpose(1, 2)  # (N, rows * columns, size)


class Attention(nn.Module):
    """Every token looks at all tokens with several heads: (N, tokens, size) to the same."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(size, 3 * size)
        self.proj = nn.Linear(size, size)

    def forward(self, tokens: Tensor) -> Tensor:
        parts = self.qkv(tokens).unflatten(-1, (3, self.heads, -1))
        # (N, tokens, 3, heads, size / heads) to three of (N, heads, tokens, size / heads)
        queries, keys, values = parts.permute(2, 0, 3, 1, 4).unbind(0)
        seen = functional.scaled_dot_product_attention(queries, keys, values)
        result: Tensor = self.proj(seen.transpose(1, 2).flatten(2))  # (N, tokens, size)
        return result


class Perceptron(nn.Module):
    """A hidden layer over each token: (N, tokens, size) to the same."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(size, EXPANSION * size)
        self.fc2 = nn.Linear(EXPANSION * size, size)

    def forward(self, tokens: Tensor) -> Tensor:
        result: Tensor = self.fc2(functional.gelu(self.fc1(tokens)))
        return result


class Block(nn.Module):
    """Attention, then a perceptron, each behind a layer norm and added to what came in."""

    def __init__(self, size: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(size, eps=EPSILON)
        self.attn = Attention(size, heads)
        self.norm2 = nn.LayerNorm(size, eps=EPSILON)
        self.mlp = Perceptron(size)

    def forward(self, tokens: Tensor) -> Tensor:
        tokens = tokens + self.attn(self.norm1(tokens))
        result: Tensor = tokens + self.mlp(self.norm2(tokens))
        return result


class VisionTransformer(Trunk):
    """A transformer over the patches of an image; the class token after the last norm.

    From scratch, patches have 8 px in images under 128 px and 16 px in others. With a weights file
    they have 16 px, and the positions are interpolated once, when the file is read. Raises
    `ConfigurationError` for images that patches do not fill.
    """

    size: ClassVar[int]
    """Width of the tokens, which is the number of features."""
    heads: ClassVar[int]
    """Number of heads of the attention."""
    published: ClassVar[str]
    """The network of timm whose weights it takes."""

    def __init__(self, configuration: EncoderConfiguration, height: int, width: int) -> None:
        super().__init__(configuration, height, width)
        size = self.features = self.size
        small = max(height, width) < SMALL_BELOW and not configuration.weights
        patch = SMALL_PATCH if small else PATCH
        if height % patch or width % patch:
            raise ConfigurationError(
                f"images of {width} × {height} px do not divide into patches of {patch} px; "
                f"choose a size that is a multiple of {patch}, or the encoder cnn or resnet18"
            )
        self.grid = (height // patch, width // patch)
        """Rows and columns of patches."""
        self.scaling = ChannelScaling((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))  # to [-1, 1]
        self.patch_embed = PatchEmbedding(patch, size)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, size))
        self.pos_embed = nn.Parameter(torch.zeros(1, 1 + self.grid[0] * self.grid[1], size))
        self.blocks = nn.Sequential(*(Block(size, self.heads) for _ in range(DEPTH)))
        self.norm = nn.LayerNorm(size, eps=EPSILON)
        nn.init.trunc_normal_(self.pos_embed, std=SPREAD)
        nn.init.normal_(self.cls_token, std=1e-6)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=SPREAD)
                nn.init.zeros_(module.bias)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.patch_embed(self.scaling(images))  # (N, patches, size)
        first = self.cls_token.expand(len(tokens), -1, -1)  # (N, 1, size)
        tokens = torch.cat((first, tokens), dim=1) + self.pos_embed  # (N, 1 + patches, size)
        tokens = self.blocks(tokens)
        result: Tensor = self.norm(tokens[:, 0])  # (N, size)
        return result

    def load_weights(self, file: str) -> None:
        shapes = {
            # of any grid: positions are interpolated
            name: None if name == "pos_embed" else tensor.shape
            for name, tensor in self.state_dict().items()
        }
        held = read_weights(file, f"timm's {self.published}", shapes, ignored=("head.*",))
        given = tuple(held["pos_embed"].shape)
        side = math.isqrt(max(given[1] - 1, 0)) if len(given) == 3 else 0
        if side < 1 or given != (1, 1 + side * side, self.size):
            raise WeightsError(
                file,
                f"pos_embed has the shape {given}; expected (1, 1 + n², {self.size}): positions "
                "of a class token and of n × n patches",
            )
        held["pos_embed"] = interpolated_positions(held["pos_embed"], (side, side), self.grid)
        self.load_state_dict(held)


class ViTSmall(VisionTransformer):
    """The transformer with tokens of 384 numbers and 6 heads."""

    size, heads, published = 384, 6, "vit_small_patch16_224"


class ViTTiny(VisionTransformer):
    """The transformer with tokens of 192 numbers and 3 heads."""

    size, heads, published = 192, 3, "vit_tiny_patch16_224"


def interpolated_positions(positions: Tensor, old: tuple[int, int], new: tuple[int, int]) -> Tensor:
    """Positions (1, 1 + old patches, size) for another grid: (1, 1 + new patches, size).

    The class token's stays; the others are interpolated bicubically with antialiasing, as timm's
    `resample_abs_pos_embed` does. `old`, `new`: rows and columns.
    """
    if old == new:
        return positions
    first, patches = positions[:, :1], positions[:, 1:]
    maps = patches.transpose(1, 2).unflatten(2, old)  # (1, size, rows, columns)
    maps = functional.interpolate(maps, size=new, mode="bicubic", antialias=True)
    return torch.cat((first, maps.flatten(2).transpose(1, 2)), dim=1)

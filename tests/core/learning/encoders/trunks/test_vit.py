"""The transformer: attention and a block by hand, patches, positions."""

import math

import pytest
import torch
from torch.nn import functional

from core.learning.configuration import EncoderConfiguration
from core.learning.encoders.trunks.vit import (
    Attention,
    Block,
    ViTTiny,
    interpolated_positions,
)
from core.learning.errors import ConfigurationError


def tiny(height: int = 64, width: int = 64, **options) -> ViTTiny:
    return ViTTiny(EncoderConfiguration(**options), height, width)


def test_attention_worked_out_by_hand():
    # one head, two tokens of one number: queries are 1, keys and values the tokens themselves
    attention = Attention(1, 1)
    with torch.no_grad():
        attention.qkv.weight.copy_(torch.tensor([[0.0], [1.0], [1.0]]))
        attention.qkv.bias.copy_(torch.tensor([1.0, 0.0, 0.0]))
        attention.proj.weight.fill_(2.0)
        attention.proj.bias.fill_(0.25)
        given = attention(torch.tensor([[[0.0], [1.0]]]))
    seen = math.e / (1 + math.e)  # softmax of (0, 1) over the values (0, 1)
    assert given.flatten().tolist() == pytest.approx([2 * seen + 0.25] * 2, abs=1e-6)


def test_heads_see_their_own_part_of_the_tokens():
    attention = Attention(4, 2)
    tokens = torch.randn(3, 5, 4)
    queries, keys, values = attention.qkv(tokens).split(4, dim=-1)
    heads = []
    for part in (slice(0, 2), slice(2, 4)):
        scores = queries[..., part] @ keys[..., part].transpose(1, 2) / math.sqrt(2)
        heads.append(scores.softmax(dim=-1) @ values[..., part])
    torch.testing.assert_close(attention(tokens), attention.proj(torch.cat(heads, dim=-1)))


def test_a_block_adds_attention_and_then_a_perceptron():
    block, tokens = Block(8, 2), torch.randn(2, 3, 8)
    middle = tokens + block.attn(functional.layer_norm(tokens, (8,), eps=1e-6))
    inner = functional.gelu(block.mlp.fc1(functional.layer_norm(middle, (8,), eps=1e-6)))
    torch.testing.assert_close(block(tokens), middle + block.mlp.fc2(inner))


@pytest.mark.parametrize(
    ("size", "weights", "grid"),
    [
        ((64, 64), "", (8, 8)),
        ((96, 64), "", (12, 8)),
        ((128, 128), "", (8, 8)),
        ((224, 224), "", (14, 14)),
        ((64, 64), "theirs", (4, 4)),
        ((96, 64), "theirs", (6, 4)),
    ],
)
def test_patches_are_small_where_images_are(size, weights, grid):
    with torch.device("meta"):
        trunk = tiny(*size, weights=weights)
    assert trunk.grid == grid
    assert trunk.pos_embed.shape == (1, 1 + grid[0] * grid[1], 192)


def test_tokens_are_patches_row_by_row():
    trunk = tiny(16, 24)
    images = torch.rand(1, 3, 16, 24)
    with torch.no_grad():
        tokens = trunk.patch_embed(images)
        second_row = trunk.patch_embed(images[:, :, 8:, :8])
    assert tokens.shape == (1, 6, 192)
    torch.testing.assert_close(tokens[:, 3], second_row[:, 0], rtol=1e-4, atol=1e-5)


def test_images_that_patches_do_not_fill_are_refused():
    with pytest.raises(ConfigurationError, match="100 × 64 px do not divide into patches of 8 px"):
        tiny(64, 100)
    with pytest.raises(ConfigurationError, match="a multiple of 16, or the encoder cnn or resnet"):
        tiny(72, 72, weights="theirs")


def test_images_are_scaled_to_between_minus_one_and_one():
    ends = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1).expand(2, 3, 1, 1)
    assert tiny().scaling(ends)[:, 0].flatten().tolist() == [-1.0, 1.0]


def test_positions_of_another_grid_keep_place_and_class_token():
    # positions that say where they are: row in one number, column in the other
    rows, columns = torch.meshgrid(
        torch.linspace(0, 1, 14), torch.linspace(0, 1, 14), indexing="ij"
    )
    patches = torch.stack((rows, columns), dim=-1).view(1, 196, 2)
    positions = torch.cat((torch.full((1, 1, 2), 7.0), patches), dim=1)
    given = interpolated_positions(positions, (14, 14), (4, 6))
    assert given.shape == (1, 25, 2)
    assert given[0, 0].tolist() == [7.0, 7.0]
    grid = given[0, 1:].view(4, 6, 2)
    torch.testing.assert_close(grid[:, :1, 0].expand(4, 6), grid[..., 0])
    torch.testing.assert_close(grid[:1, :, 1].expand(4, 6), grid[..., 1])
    assert (grid[1:, 0, 0] > grid[:-1, 0, 0]).all()
    assert (grid[0, 1:, 1] > grid[0, :-1, 1]).all()
    assert torch.equal(interpolated_positions(positions, (14, 14), (14, 14)), positions)

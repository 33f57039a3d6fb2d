"""Images are gathered when they are looked at, moved and toned as their views say."""

import numpy as np
import pytest
import torch

from core.learning.dataset import frames as module
from core.learning.dataset.frames import UNCHANGED, Frames, HeldImages, MappedImages, frames_of


@pytest.fixture
def images() -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (10, 6, 8, 3), generator=generator, dtype=torch.uint8)


class Counting(HeldImages):
    gathered = 0

    def gather(self, rows):
        Counting.gathered += len(rows)
        return super().gather(rows)


def test_indexing_selects_rows_and_gathers_nothing(images):
    all_of_them = Frames(Counting(images), torch.arange(10))
    window = all_of_them[torch.tensor([[0, 1, 2], [5, 6, 7]])]
    assert window.shape == (2, 3, 6, 8, 3) and len(window) == 2
    later = window[:, [0, 2]]
    assert Counting.gathered == 0
    assert torch.equal(later.tensor(), images[torch.tensor([[0, 2], [5, 7]])])
    assert Counting.gathered == 4


@pytest.mark.parametrize(("down", "right"), [(2, -3), (-1, 1), (0, 4), (5, 0), (0, 0)])
def test_the_content_moves_and_edges_repeat(images, down, right):
    views = torch.tensor([down, right, *UNCHANGED[2:]])
    seen = Frames.of(images)[[4]].viewed(views).tensor()[0].numpy()
    side = 5
    padded = np.pad(images[4].numpy(), ((side, side), (side, side), (0, 0)), mode="edge")
    expected = padded[side - down : side - down + 6, side - right : side - right + 8]
    assert np.array_equal(seen, expected)


def test_left_and_right_are_exchanged_before_the_content_moves(images):
    views = torch.tensor([0.0, 2.0, *UNCHANGED[2:6], 1.0])
    seen = Frames.of(images)[[4]].viewed(views).tensor()[0]
    assert torch.equal(seen[:, 2:], images[4].flip(1)[:, :-2])


def test_each_window_has_its_own_view_for_all_its_frames(images):
    views = torch.tensor([[1.0, 0.0, *UNCHANGED[2:]], [0.0, 0.0, *UNCHANGED[2:]]])
    window = Frames.of(images)[torch.tensor([[0, 1], [2, 3]])].viewed(views[:, None])
    seen = window.tensor()
    assert torch.equal(seen[1], images[[2, 3]])
    assert torch.equal(seen[0, :, 1:], images[[0, 1], :-1])


def test_pixels_are_in_the_range_0_to_1_and_toned(images):
    plain = Frames.of(images).pixels()
    assert plain.shape == (10, 3, 6, 8)
    assert torch.allclose(plain, images.permute(0, 3, 1, 2).float() / 255.0)
    views = torch.tensor([0.0, 0.0, 0.5, 0.1, 0.0, 0.0, 0.0])
    toned = Frames.of(images).viewed(views).pixels()
    assert torch.allclose(toned, ((plain - 0.5) * 0.5 + 0.6).clamp(0, 1), atol=1e-6)


def test_noise_is_of_the_level_asked_for_and_drawn_once():
    grey = Frames.of(torch.full((40, 32, 32, 3), 128, dtype=torch.uint8))[torch.arange(40)[:, None]]
    level = torch.linspace(0.0, 0.1, 40)[:, None]
    noisy = grey.noisy(level, torch.Generator().manual_seed(1))
    pixels = noisy.pixels()
    assert torch.allclose(pixels.std(dim=(1, 2, 3)), level[:, 0], atol=0.004)
    assert torch.equal(pixels, noisy.pixels())
    other = grey.noisy(level, torch.Generator().manual_seed(2))
    assert not torch.equal(pixels, other.pixels())


def test_mapped_files_are_seen_as_images_in_memory(images, tmp_path, monkeypatch):
    parts = [images[:3].numpy(), images[3:4].numpy(), images[4:].numpy()]
    for number, part in enumerate(parts):
        np.save(tmp_path / f"{number}.npy", part)
    mapped = [np.load(tmp_path / f"{number}.npy", mmap_mode="r") for number in range(3)]
    held = frames_of(mapped)
    assert isinstance(held.store, HeldImages)
    monkeypatch.setattr(module, "_free_memory", lambda: 0)
    large = frames_of(mapped)
    assert isinstance(large.store, MappedImages)
    rows = torch.tensor([[9, 0], [3, 4]])
    assert large.shape == held.shape == images.shape
    assert torch.equal(large[rows].tensor(), images[rows])

import pytest
import torch

from core.learning.dataset.frames import Frames
from core.learning.dataset.observation import Observation

SLICES = {"hand": slice(0, 3), "opening": slice(3, 4)}


@pytest.fixture
def observation() -> Observation:
    packed = torch.arange(5 * 2 * 4, dtype=torch.float32).reshape(5, 2, 4)
    front = torch.arange(5 * 2 * 12, dtype=torch.uint8).reshape(10, 2, 2, 3)
    frames = Frames.of(front)[torch.arange(10).reshape(5, 2)]
    return Observation(SLICES, packed, {"front": frames})


def test_it_is_a_table_of_named_tensors(observation):
    assert observation["hand"].shape == (5, 2, 3)
    assert observation["opening"].shape == (5, 2, 1)
    assert observation["front"].shape == (5, 2, 2, 2, 3)
    assert observation.shape == (5, 2)
    assert len(observation) == 5
    with pytest.raises(KeyError):
        observation["absent"]


def test_vectors_are_views_of_one_tensor(observation):
    assert observation["opening"].data_ptr() == observation.packed[..., 3:].data_ptr()


def test_frames_are_selected_from_every_tensor_and_images_stay_bytes(observation):
    chosen = observation[:, torch.tensor([1])]
    assert chosen.shape == (5, 1)
    assert torch.equal(chosen["hand"], observation["hand"][:, [1]])
    assert torch.equal(chosen["front"], observation["front"][:, [1]])
    assert chosen["front"].dtype == torch.uint8


def test_other_vectors_keep_the_images(observation):
    other = observation.with_vectors(torch.zeros(5, 2, 4))
    assert not other["hand"].any()
    assert other.images["front"] is observation.images["front"]


def test_joined_parts_lie_one_after_the_other(observation):
    joined = Observation.cat([observation[[0, 1], 0], observation[[4], 0]])
    assert torch.equal(joined["hand"], observation["hand"][[0, 1, 4], 0])
    assert torch.equal(joined["front"], observation["front"][[0, 1, 4], 0])

from dataclasses import replace

import numpy as np
import pytest

from core.data import InvalidEpisodeError
from core.data.library.cutting import cut


def test_rows_stay_what_was_measured(make_episode):
    whole = make_episode(steps=30)
    part = cut(whole, 5, 20)
    assert len(part) == part.info.steps == 15
    for name in ("actions", "states", "rewards", "interventions"):
        np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[5:20])
    for name, values in whole.observations.items():
        np.testing.assert_array_equal(part.observations[name], values[5:20])
    assert part.dones.tolist() == [0] * 14 + [1]
    assert part.info.identifier == whole.info.identifier


def test_images_are_cut_with_the_rest(make_episode):
    whole = make_episode(steps=6)
    pictures = np.arange(6 * 4 * 4 * 3, dtype=np.uint8).reshape(6, 4, 4, 3)
    whole = replace(
        whole, info=replace(whole.info, images=("a_image",)), images={"a_image": pictures}
    )
    np.testing.assert_array_equal(cut(whole, 2, 5).images["a_image"], pictures[2:5])


def test_the_label_is_kept_only_where_it_is_known(make_episode):
    whole = make_episode(steps=30, success=True)  # its reward is at the last step
    assert cut(whole, 10, 30).info.success is True
    assert cut(whole, 0, 20).info.success is None
    said = replace(whole, rewards=np.zeros(30, np.float32))  # a person's word, no reward
    assert cut(said, 0, 20).info.success is True
    assert cut(make_episode(success=False), 0, 20).info.success is False


def test_the_seed_belongs_to_the_first_step(make_episode):
    assert cut(make_episode(), 0, 9).info.seed == 7
    assert cut(make_episode(), 1, 9).info.seed is None


@pytest.mark.parametrize(("start", "stop"), [(-1, 5), (5, 5), (6, 5), (0, 31)])
def test_steps_that_are_not_there(make_episode, start, stop):
    with pytest.raises(InvalidEpisodeError, match="0 <= start < stop <= 30"):
        cut(make_episode(steps=30), start, stop)

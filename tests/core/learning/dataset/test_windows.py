"""Windows hold what the episodes hold, and know where these end."""

import torch

from core.learning.dataset.windows import WindowSampler


def sampler(dataset, time, batch=64, chunk=4):
    return WindowSampler(
        dataset.demonstrations,
        batch=batch,
        time=time,
        chunk=chunk,
        generator=torch.Generator().manual_seed(1),
    )


def test_windows_are_consecutive_rows_of_one_episode(dataset):
    data, s = dataset.demonstrations, sampler(dataset, 10)
    windows = s.draw(3)
    episode, step = data.episode_of_row(), data.step_of_row()
    assert windows.observations.packed.shape == (64, 13, 7)
    for b in range(64):
        rows = windows.rows[b][windows.valid[b]]
        assert episode[rows].unique().numel() == 1
        assert (step[rows].diff() == 1).all()
        seen = windows.observations[b, : len(rows)]
        assert torch.equal(seen.packed, data.observations[rows].packed)


def test_chunks_are_the_next_actions_and_masked_past_the_end(dataset):
    data, s = dataset.demonstrations, sampler(dataset, 10)
    windows = s.draw(1)
    chunks, exists = data.action_chunks(4)
    rows = windows.rows[:, :10]
    inside = windows.valid[:, :10]
    assert torch.equal(windows.chunks_exist(4)[inside], exists[rows][inside])
    mask = windows.chunks_exist(4) & inside[..., None]
    assert torch.equal(windows.chunks(4)[mask], chunks[rows][mask])


def test_single_steps_are_drawn_from_all_rows_alike(dataset):
    s = sampler(dataset, 1, batch=4000)
    first = s.draw(1).rows[:, 0]
    counts = torch.bincount(first, minlength=len(dataset.demonstrations.observations))
    assert counts.min() > 0  # about 12 expected each


def test_a_window_longer_than_an_episode_starts_at_its_beginning(dataset):
    s = sampler(dataset, 500, batch=8)
    windows = s.draw(1)
    starts = set(dataset.demonstrations.starts)
    assert {int(r) for r in windows.rows[:, 0]} <= starts
    assert windows.valid.sum(dim=1).tolist() == [
        dataset.demonstrations.lengths[dataset.demonstrations.starts.index(int(r))]
        for r in windows.rows[:, 0]
    ]

"""Windows of demonstrations: drawn, gathered, with what lies beyond their end masked."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.learning.demonstrations import Demonstrations

FROM_THE_START = 0.25
"""Part of the windows that begin where their episode begins, as every deployment does."""


@dataclass(frozen=True)
class Windows:
    """A batch of windows of `time` steps, with `ahead` further steps to predict."""

    rows: Tensor
    """Row of each frame in the demonstrations, (batch, time + ahead); clamped to the last."""
    valid: Tensor
    """Which frames exist, (batch, time + ahead)."""
    observations: Tensor
    """Packed standardised observations (batch, time + ahead, O)."""
    actions: Tensor
    """Executed actions (batch, time + ahead, A); past the end the last one is repeated."""
    chunks: Tensor
    """The next actions from each step, (batch, time, chunk, A)."""
    chunk_valid: Tensor
    """Which of them exist, (batch, time, chunk)."""
    offset: Tensor
    """A random number in [0, time), () int64, for choosing points within the windows."""

    @property
    def time(self) -> int:
        """Length of the windows proper."""
        return self.chunks.shape[1]


class WindowSampler:
    """Draws windows from demonstrations. Owns its random generator, which can be saved.

    Windows lie within one episode where it is long enough; in a shorter one they begin at its
    start. Single transitions (`time` 1) are drawn uniformly over all steps.
    """

    def __init__(
        self, demonstrations: Demonstrations, *, batch: int, time: int, chunk: int, seed: int
    ) -> None:
        self.demonstrations = demonstrations
        self.batch, self.time, self.chunk = batch, time, chunk
        self.generator = torch.Generator().manual_seed(seed)
        device = demonstrations.device
        self.starts = _allowed_starts(demonstrations, time)  # (choices,)
        self.last_row = demonstrations.last_row()
        self.first_rows = torch.tensor(demonstrations.starts)
        self.steps = torch.arange(time + max(chunk, 1) - 1, device=device)

    def draw(self) -> tuple[Tensor, Tensor]:
        """First rows (batch,) of the next windows and the offset (), both on the CPU."""
        generator, batch = self.generator, self.batch
        choice = torch.randint(len(self.starts), (batch,), generator=generator)
        rows = self.starts[choice]
        if self.time > 1:
            count = round(batch * FROM_THE_START)
            episode = torch.randint(len(self.first_rows), (count,), generator=generator)
            rows[:count] = self.first_rows[episode]
        return rows, torch.randint(self.time, (), generator=generator)

    def gather(self, first: Tensor, offset: Tensor, ahead: int) -> Windows:
        """The windows that begin at rows `first` (batch,), on the device of the data."""
        data, time = self.demonstrations, self.time
        if len(self.steps) < time + ahead:
            self.steps = torch.arange(time + ahead, device=data.device)
        unclamped = first[:, None] + self.steps  # (batch, span)
        last = self.last_row[first][:, None]
        rows = torch.minimum(unclamped, last)
        valid = unclamped <= last
        actions = data.actions[rows]  # (batch, span, A)
        chunk_span = time + self.chunk - 1
        return Windows(
            rows=rows[:, : time + ahead],
            valid=valid[:, : time + ahead],
            observations=data.observations[rows[:, : time + ahead]],
            actions=actions[:, : time + ahead],
            # unfold is a view: (batch, time, A, chunk) -> (batch, time, chunk, A)
            chunks=actions[:, :chunk_span].unfold(1, self.chunk, 1).transpose(2, 3),
            chunk_valid=valid[:, :chunk_span].unfold(1, self.chunk, 1),
            offset=offset,
        )


def _allowed_starts(demonstrations: Demonstrations, time: int) -> Tensor:
    """Rows at which a window of `time` steps may begin, (choices,) int64 on the CPU."""
    parts = [
        torch.arange(start, start + max(1, length - time + 1))
        for start, length in zip(demonstrations.starts, demonstrations.lengths, strict=True)
    ]
    return torch.cat(parts)

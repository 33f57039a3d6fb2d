"""Demonstrations as tensors on one device: what training reads and what a policy remembers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from core.learning.dataset.observation import Observation

ROWS_AT_ONCE = 1024
"""Images whose digest is taken together: they may be larger than memory."""


@dataclass(frozen=True)
class Demonstrations:
    """Normalised observations and actions of all episodes, one after the other.

    Row ``starts[i] + t`` is step t of episode i. Owns its tensors, which are never written to.
    """

    observations: Observation
    """Normalised observations (rows)."""
    actions: Tensor
    """Executed actions (rows, A) float32."""
    lengths: tuple[int, ...]
    """Number of steps of each episode."""
    identifiers: tuple[str, ...]
    """Identifier of each episode."""
    imitated: Tensor | None = None
    """Which rows a policy may imitate, (rows,) bool; None: all. From the others, such as replays,
    only a prediction may be learned."""

    @property
    def starts(self) -> tuple[int, ...]:
        """Row at which each episode begins."""
        starts, row = [], 0
        for length in self.lengths:
            starts.append(row)
            row += length
        return tuple(starts)

    @property
    def device(self) -> torch.device:
        """Where the tensors are."""
        return self.observations.device

    def __len__(self) -> int:
        return len(self.lengths)

    def to(self, device: torch.device | str) -> Demonstrations:
        """The same demonstrations on `device`."""
        return replace(
            self,
            observations=self.observations.to(device),
            actions=self.actions.to(device),
            imitated=None if self.imitated is None else self.imitated.to(device),
        )

    def imitable(self) -> list[int]:
        """Index of each episode that holds a row to imitate."""
        if self.imitated is None:
            return list(range(len(self)))
        return [i for i, rows in enumerate(self.imitated.split(self.lengths)) if rows.any()]

    def spread(self, count: int) -> Demonstrations:
        """At most `count` of the episodes, evenly spaced."""
        evenly = torch.linspace(0, len(self) - 1, min(count, len(self))).long().tolist()
        return self.chosen(sorted(set(evenly)))

    def chosen(self, chosen: Sequence[int]) -> Demonstrations:
        """The episodes of these indices."""
        starts = self.starts
        rows = torch.cat([torch.arange(starts[i], starts[i] + self.lengths[i]) for i in chosen])
        rows = rows.to(self.device)
        return Demonstrations(
            self.observations[rows],
            self.actions[rows],
            tuple(self.lengths[i] for i in chosen),
            tuple(self.identifiers[i] for i in chosen),
            None if self.imitated is None or self.imitated[rows].all() else self.imitated[rows],
        )

    def episode_of_row(self) -> Tensor:
        """Index of the episode that each row belongs to, (rows,) int64."""
        lengths = torch.tensor(self.lengths, device=self.device)
        return torch.repeat_interleave(torch.arange(len(self), device=self.device), lengths)

    def step_of_row(self) -> Tensor:
        """Step within its episode of each row, (rows,) int64."""
        starts = torch.tensor(self.starts, device=self.device)
        return (
            torch.arange(len(self.observations), device=self.device) - starts[self.episode_of_row()]
        )

    def last_row(self) -> Tensor:
        """Row at which the episode of each row ends, (rows,) int64."""
        ends = torch.tensor(self.starts, device=self.device) + torch.tensor(
            self.lengths, device=self.device
        )
        return ends[self.episode_of_row()] - 1

    def action_chunks(self, length: int) -> tuple[Tensor, Tensor]:
        """The next `length` actions from every row, and which of them exist.

        Returns (rows, length, A) and a mask (rows, length); past the end of an episode its last
        action is repeated and the mask is False.
        """
        rows = torch.arange(len(self.observations), device=self.device)
        ahead = rows[:, None] + torch.arange(length, device=self.device)  # (rows, length)
        last = self.last_row()[:, None]
        return self.actions[torch.minimum(ahead, last)], ahead <= last

    def padded(self) -> tuple[Observation, Tensor]:
        """All episodes side by side: observations and row index, each (episodes, T).

        T is the longest length; shorter episodes repeat their last row.
        """
        starts = torch.tensor(self.starts, device=self.device)
        lengths = torch.tensor(self.lengths, device=self.device)
        steps = torch.arange(max(self.lengths), device=self.device)
        rows = starts[:, None] + torch.minimum(steps[None], lengths[:, None] - 1)
        return self.observations[rows], rows

    def fingerprint(self) -> str:
        """SHA-256 over the contents, by which a training knows its data again."""
        digest = hashlib.sha256(repr((self.lengths, self.identifiers)).encode())
        digest.update(_bytes_of(self.observations.packed))
        for images in self.observations.images.values():
            for start in range(0, len(images), ROWS_AT_ONCE):
                digest.update(_bytes_of(images[start : start + ROWS_AT_ONCE].tensor()))
        digest.update(_bytes_of(self.actions))
        return digest.hexdigest()


def _bytes_of(tensor: Tensor) -> bytes:
    return tensor.cpu().contiguous().numpy().tobytes()

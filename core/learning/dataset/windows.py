"""Windows of demonstrations: drawn, gathered, with what lies beyond their end masked."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.learning.dataset.augmentation import ImageChanges, SceneMotion
from core.learning.dataset.demonstrations import Demonstrations
from core.learning.dataset.observation import Observation

REPLAYED = 0.5
"""Windows of replays in a batch, as a part of those of demonstrations, which they are added to."""
FROM_THE_START = 0.25
"""Part of the windows that begin where their episode begins, as every deployment does."""


@dataclass(frozen=True)
class Windows:
    """A batch of windows of `time` steps, with `ahead` further steps to predict."""

    rows: Tensor
    """Row of each frame in the demonstrations, (batch, time + ahead); clamped to the last."""
    valid: Tensor
    """Which frames exist, (batch, time + ahead)."""
    observations: Observation
    """Normalised observations (batch, time + ahead)."""
    actions: Tensor
    """Executed actions (batch, at least time + ahead, A); past the end the last one is repeated."""
    exists: Tensor
    """Which actions exist, (batch, as many)."""
    imitated: Tensor
    """Which of these a policy may imitate, (batch, as many)."""
    offset: Tensor
    """A random number in [0, time), () int64, for choosing points within the windows."""
    time: int
    """Length of the windows proper."""
    generator: torch.Generator
    """For what a loss term draws itself; the sampler's, so that it is saved with it."""

    def chunks(self, length: int) -> Tensor:
        """The next `length` actions from each step, (batch, time, length, A)."""
        # unfold is a view: (batch, time, A, length) -> (batch, time, length, A)
        return self.actions[:, : self.time + length - 1].unfold(1, length, 1).transpose(2, 3)

    def chunks_exist(self, length: int) -> Tensor:
        """Which of these exist, (batch, time, length)."""
        return self.exists[:, : self.time + length - 1].unfold(1, length, 1)

    def chunks_imitated(self, length: int) -> Tensor:
        """Which of these a policy may imitate, (batch, time, length)."""
        return self.imitated[:, : self.time + length - 1].unfold(1, length, 1)


class WindowSampler:
    """Draws windows from demonstrations, with a random generator whose state can be saved.

    Windows lie within one episode where it is long enough; in a shorter one they begin at its
    start. Single transitions (`time` 1) are drawn uniformly over all steps.
    """

    def __init__(
        self,
        demonstrations: Demonstrations,
        *,
        batch: int,
        time: int,
        chunk: int,
        generator: torch.Generator,
        motion: SceneMotion | None = None,
        changes: ImageChanges | None = None,
    ) -> None:
        """`chunk`: length of the longest chunk of actions that will be asked for. `motion`: by
        which every window is turned and moved, and `changes` of its images, if at all. Where
        episodes hold nothing to imitate, `REPLAYED` more windows are drawn from them."""
        self.data = demonstrations
        self.batch, self.time, self.chunk = batch, time, chunk
        self.motion, self.changes = motion, changes
        self.generator = generator
        device = demonstrations.device
        imitable = demonstrations.imitable()
        others = sorted({*range(len(demonstrations))} - {*imitable})
        self.starts = _allowed_starts(demonstrations, imitable, time)  # (choices,)
        self.last_row = self.data.last_row()
        self.first_rows = torch.tensor([demonstrations.starts[i] for i in imitable])
        self.steps = torch.arange(time + max(chunk, 1) - 1, device=device)
        self.replayed = 0
        if others:
            self.replayed = max(1, round(batch * REPLAYED))
            self.replay_starts = _allowed_starts(demonstrations, others, time)

    def draw(self, ahead: int) -> Windows:
        """The next windows, on the device of the data, with `ahead` further frames.

        All random choices are made on the CPU, before anything is gathered.
        """
        data, time, generator, batch = self.data, self.time, self.generator, self.batch
        choice = torch.randint(len(self.starts), (batch,), generator=generator)
        rows = self.starts[choice]
        if time > 1:
            count = round(batch * FROM_THE_START)
            episode = torch.randint(len(self.first_rows), (count,), generator=generator)
            rows[:count] = self.first_rows[episode]
        if self.replayed:
            choice = torch.randint(len(self.replay_starts), (self.replayed,), generator=generator)
            rows = torch.cat((rows, self.replay_starts[choice]))
        offset = torch.randint(time, (), generator=generator)
        motion = self.motion.draw(len(rows), generator) if self.motion is not None else None
        first = rows.to(data.device)
        if len(self.steps) < time + ahead:
            self.steps = torch.arange(time + ahead, device=data.device)
        seen, acted = time + ahead, max(time + self.chunk - 1, time + ahead)
        unclamped = first[:, None] + self.steps[:acted]  # (batch, acted)
        last = self.last_row[first][:, None]
        span, exists = torch.minimum(unclamped, last), unclamped <= last
        rows = span[:, :seen]
        observations, actions = data.observations[rows], data.actions[span]
        if self.motion is not None and motion is not None:
            observations = self.motion.observations(motion, observations)
            actions = self.motion.actions(motion, actions)
        if self.changes is not None:
            mirrored = None if motion is None else motion.mirrored
            observations = self.changes.apply(observations, mirrored, generator)
        return Windows(
            rows=rows,
            valid=exists[:, :seen],
            observations=observations,
            actions=actions,
            exists=exists,
            offset=offset,
            time=time,
            generator=generator,
            imitated=exists if data.imitated is None else exists & data.imitated[span],
        )


def _allowed_starts(demonstrations: Demonstrations, episodes: list[int], time: int) -> Tensor:
    """Rows at which a window of `time` steps may begin, (choices,) int64 on the CPU."""
    starts, lengths = demonstrations.starts, demonstrations.lengths
    ranges = [torch.arange(max(1, lengths[i] - time + 1)) + starts[i] for i in episodes]
    return torch.cat(ranges)

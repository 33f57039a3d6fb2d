"""A recorded episode is shown again, exactly as it was."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.arm.activity import Activity, Outbox
from app.arm.messages import REPLAY, LoadReplay, OperatorCommand, Play, Seek
from core.data import Episode, EpisodeInfo
from core.simulation import task_names


def in_scene(info: EpisodeInfo) -> bool:
    """Whether the bundled simulator can show an episode again."""
    return info.simulated and info.task in task_names()


class Replaying(Activity):
    """Steps through recorded states; between two of them the physics fills in what the eye sees.

    Every step begins from the recorded state, so a replay shows what was recorded even where the
    simulation would by now go another way; `deviations` counts the steps where it does.
    """

    name = REPLAY

    def __init__(self, outbox: Outbox) -> None:
        super().__init__(outbox)
        self._episode: Episode | None = None
        self._position = 0
        self._playing = False
        self.deviations = 0

    @property
    def state(self) -> str:
        if self._episode is None:
            return "empty"
        return "playing" if self._playing else "paused"

    @property
    def step(self) -> int:
        return self._position

    def command(self, operator: OperatorCommand) -> np.ndarray | None:  # noqa: ARG002
        if self._episode is None or self.world is None or not self._playing:
            return None
        if self._position >= len(self._episode) - 1:
            self._go_to(0)
        self.world.set_states(self._episode.states[self._position : self._position + 1])
        return self._episode.actions[self._position : self._position + 1]

    def stepped(self, executed: np.ndarray) -> None:  # noqa: ARG002
        assert self._episode is not None and self.world is not None
        self._position += 1
        recorded = self._episode.states[self._position : self._position + 1]
        if not np.array_equal(self.world.get_states(), recorded):
            self.deviations += 1
        if self._position >= len(self._episode) - 1:
            self._playing = False

    def handle(self, request: Any) -> None:
        if isinstance(request, LoadReplay):
            self._load(request)
        elif self._episode is None:
            return
        elif isinstance(request, Seek):
            self._go_to(request.step)
        elif isinstance(request, Play):
            if request.playing and self._position >= len(self._episode) - 1:
                self._go_to(0)
            self._playing = request.playing

    def _load(self, request: LoadReplay) -> None:
        self._episode = None
        self._playing = False
        self._position = 0
        self.deviations = 0
        if request.episode is None:
            return
        self.select(request.episode.info.task)
        self._episode = request.episode
        self.seed = request.episode.info.seed
        self.driver = request.episode.info.operator
        try:
            self._go_to(0)
        except ValueError:
            self._episode = None
            raise
        self._playing = request.play and len(request.episode) > 1

    def _go_to(self, step: int) -> None:
        assert self._episode is not None and self.world is not None
        step = max(0, min(len(self._episode) - 1, step))
        self.world.set_states(self._episode.states[step : step + 1])
        self._position = step
        self.run += 1

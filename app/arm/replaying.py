"""A recorded episode is shown again, exactly as it was."""

from typing import Any

import numpy as np

from app.arm.activity import Activity, Outbox
from app.arm.messages import REPLAY, LoadReplay, OperatorCommand, Play, Seek
from core.data import Episode, EpisodeInfo
from core.simulation import TASKS


def in_scene(info: EpisodeInfo) -> bool:
    """Whether the bundled simulator can show an episode again."""
    return info.simulated and info.task in TASKS


class Replaying(Activity):
    """Steps through recorded states; between two of them the physics fills in what the eye sees.

    Every step begins from the recorded state, so a replay shows what was recorded even where the
    simulation would by now go another way.
    """

    name = REPLAY
    state = "empty"
    step = 0

    def __init__(self, outbox: Outbox) -> None:
        super().__init__(outbox)
        self._episode: Episode | None = None

    def command(self, operator: OperatorCommand) -> np.ndarray | None:  # noqa: ARG002
        if self._episode is None or self.state != "playing":
            return None
        if self.step >= len(self._episode) - 1:
            self._go_to(self._episode, 0)
        self.world.set_states(self._episode.states[self.step : self.step + 1])
        return self._episode.actions[self.step : self.step + 1]

    def stepped(self, executed: np.ndarray) -> None:  # noqa: ARG002
        assert self._episode is not None
        self.step += 1
        if self.step >= len(self._episode) - 1:
            self.state = "paused"

    def handle(self, request: Any) -> None:
        if isinstance(request, LoadReplay):
            self._load(request.episode)
        elif self._episode is None:
            return
        elif isinstance(request, Seek):
            self._go_to(self._episode, request.step)
        elif isinstance(request, Play):
            self.state = "playing" if request.playing else "paused"

    def _load(self, episode: Episode | None) -> None:
        self._episode, self.state = None, "empty"
        self.step = 0
        if episode is not None:
            self.select(episode.info.task)
            self._go_to(episode, 0)
            self._episode = episode
            self.seed, self.driver = episode.info.seed, episode.info.operator
            self.state = "playing" if len(episode) > 1 else "paused"

    def _go_to(self, episode: Episode, step: int) -> None:
        """Show a step of an episode; raises `ValueError` if the states do not fit the task."""
        self.step = max(0, min(len(episode) - 1, step))
        self.world.set_states(episode.states[self.step : self.step + 1])
        self.run += 1

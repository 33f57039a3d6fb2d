"""The person drives; recordings are made on the way."""

import secrets
from typing import Any

import numpy as np

from app.arm.activity import Activity, Outbox
from app.arm.messages import (
    DRIVE,
    NewStart,
    OperatorCommand,
    SelectTask,
    StartRecording,
    StopRecording,
    Take,
)
from core.data import EpisodeRecorder

SEEDS = 1_000_000
"""Starts of a person's recordings are drawn below this; evaluation begins there."""
SHORTEST = 10
"""A recording that the closing window finds shorter than this [steps] is not worth a file."""
PAUSE = 12
"""Steps between a success and the next start, so that the eye sees what happened (0.6 s)."""


class Driving(Activity):
    """Owns the recorder. A recording begins with the first motion after the start.

    Idle time before the first motion would teach a policy to wait, so it is not recorded.
    """

    name = DRIVE
    state = "free"

    def __init__(self, outbox: Outbox) -> None:
        super().__init__(outbox)
        self._recorder = EpisodeRecorder()
        self._request = StartRecording()
        self._pause = 0
        self._before: tuple[dict[str, np.ndarray], np.ndarray] = ({}, np.empty(0))

    @property
    def step(self) -> int:
        return len(self._recorder)

    def command(self, operator: OperatorCommand) -> np.ndarray | None:
        if not self.task or operator.held:
            self.meter.pause()
            return None
        if self.state == "between":
            self._pause -= 1
            if self._pause == 0:
                self._restart("armed")
            operator = OperatorCommand(gripper_toggles=operator.gripper_toggles)
        target = self.gripper.value
        command = self.by_hand(operator)
        moves = operator.active or self.gripper.value != target
        self.driver = operator.device if moves else ""
        if self.state == "armed" and moves:
            self._recorder.begin(self.task, self.seed, operator.device)
            self.state = "recording"
            self.meter.clear()
        if self.state == "recording":
            self._before = (self.world.observe(), self.world.get_states())
        return command

    def stepped(self, executed: np.ndarray) -> None:
        self.judge()
        if self.state != "recording":
            return
        observation, state = self._before
        self.meter.mark()
        self._recorder.append(observation, executed, float(self.world.rewards()[0]), state)
        if self._request.automatic and self.world.succeeded()[0]:
            self._end(True)
            if self._request.again:
                self.state, self._pause = "between", PAUSE

    def handle(self, request: Any) -> None:
        if isinstance(request, SelectTask):
            if request.task != self.task:
                self._end(None)
                self.select(request.task)
                self._restart("free")
        elif not self.task:
            return
        elif isinstance(request, NewStart):
            if self.state == "recording" and len(self._recorder):
                self.outbox.event("discarded")
            elif self.state == "armed":
                self.outbox.event("cancelled")
            self._restart("free")
        elif isinstance(request, StartRecording):
            self._request = request
            self._end(None)
            self._restart("armed")
        elif isinstance(request, StopRecording):
            self._end(request.success)

    def leftover(self) -> Take | None:
        """What was being recorded, as a failure: it was not finished, and can be relabelled."""
        if self.state != "recording" or len(self._recorder) < SHORTEST:
            return None
        return Take(self._recorder, False, self.meter.rate)

    def _restart(self, state: str) -> None:
        """Go to a start that no evaluation uses."""
        self._recorder.discard()
        self.state = state
        self.restart(secrets.randbelow(SEEDS))

    def _end(self, success: bool | None) -> None:
        """Send off what was recorded, if anything was; without a label the simulation decides."""
        if self.state == "recording" and len(self._recorder):
            label = bool(self.world.succeeded()[0]) if success is None else success
            self.outbox.take(Take(self._recorder, label, self.meter.rate))
            self._recorder = EpisodeRecorder()
        self._recorder.discard()
        self.state = "free"

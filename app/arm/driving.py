"""The person drives; recordings are made on the way."""

from __future__ import annotations

import secrets
from typing import Any

import numpy as np

from app.arm.activity import Activity, Outbox
from app.arm.messages import (
    DRIVE,
    DiscardRecording,
    NewStart,
    OperatorCommand,
    SelectTask,
    StartRecording,
    StopRecording,
    Take,
)
from core.data import EpisodeRecorder
from core.simulation import CONTROL_RATE, get_task, model_hash

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

    def __init__(self, outbox: Outbox) -> None:
        super().__init__(outbox)
        self._recorder = EpisodeRecorder()
        self._request = StartRecording()
        self._state = "free"
        self._pause = 0
        self._before: tuple[dict[str, np.ndarray], np.ndarray] | None = None

    @property
    def state(self) -> str:
        return "between" if self._pause else self._state

    @property
    def step(self) -> int:
        return len(self._recorder)

    def command(self, operator: OperatorCommand) -> np.ndarray | None:
        if self.world is None or operator.held:
            self.meter.pause()
            return None
        if self._pause:
            self._pause -= 1
            if self._pause == 0:
                self._arm()
            operator = OperatorCommand(gripper_toggles=operator.gripper_toggles)
        target = self.gripper.value
        command = self.by_hand(operator)
        moves = operator.active or self.gripper.value != target
        self.driver = operator.device if moves else ""
        if self._state == "armed" and moves:
            self._begin(operator.device)
        if self._state == "recording":
            self._before = (self.world.observe(), self.world.get_states())
        return command

    def stepped(self, executed: np.ndarray) -> None:
        assert self.world is not None
        self.judge()
        if self._state != "recording" or self._before is None:
            return
        observation, state = self._before
        self._before = None
        self.meter.mark()
        self._recorder.append(observation, executed, float(self.world.rewards()[0]), state)
        if self._request.automatic and self.world.succeeded()[0]:
            self._end(True, "success")
            if self._request.again:
                self._pause = PAUSE

    def handle(self, request: Any) -> None:
        if isinstance(request, SelectTask):
            if request.task != self.task:
                self._end(None, "task changed")
                self.select(request.task)
                self.restart(_any_seed())
        elif self.world is None:
            return
        elif isinstance(request, NewStart):
            self._drop()
            self.restart(_any_seed() if request.seed is None else request.seed)
        elif isinstance(request, StartRecording):
            self._request = request
            self._end(None, "stopped")
            self._arm()
        elif isinstance(request, StopRecording):
            self._end(request.success, "stopped")
        elif isinstance(request, DiscardRecording):
            self._drop()
            self.restart(_any_seed())

    def leftover(self) -> Take | None:
        """What was being recorded, as a failure: it was not finished, and can be relabelled."""
        if self._state != "recording" or len(self._recorder) < SHORTEST:
            return None
        return Take(self._recorder, False, self.meter.rate, "closed")

    def _arm(self) -> None:
        self._pause = 0
        self.restart(_any_seed())
        self._state = "armed"

    def _begin(self, device: str) -> None:
        self._recorder.begin(
            self.task,
            self.seed,
            device,
            control_rate=CONTROL_RATE,
            model_hash=model_hash(self.task),
            fields=get_task(self.task).fields,
        )
        self._state = "recording"
        self.meter.clear()

    def _label(self, success: bool | None) -> bool:
        assert self.world is not None
        return bool(self.world.succeeded()[0]) if success is None else success

    def _end(self, success: bool | None, reason: str) -> None:
        """Send off what was recorded, if anything was."""
        self._pause = 0
        if self._state == "recording" and len(self._recorder):
            rate = self.meter.rate
            self.outbox.take(Take(self._recorder, self._label(success), rate, reason))
            self._recorder = EpisodeRecorder()
        self._recorder.discard()
        self._before = None
        self._state = "free"

    def _drop(self) -> None:
        if self._state == "recording" and len(self._recorder):
            self.outbox.event("discarded")
        elif self._state == "armed":
            self.outbox.event("cancelled")
        self._recorder.discard()
        self._before = None
        self._pause = 0
        self._state = "free"


def _any_seed() -> int:
    """A start that no evaluation uses."""
    return secrets.randbelow(SEEDS)

"""A policy drives; the person may take over at any moment."""

from __future__ import annotations

import time
import traceback
from typing import Any

import numpy as np

from app.arm.activity import Activity, Outbox
from app.arm.messages import (
    DEPLOY,
    NewStart,
    OperatorCommand,
    RunTrials,
    SelectTask,
    Take,
    TrialResult,
    UsePolicy,
)
from core.data import EpisodeRecorder
from core.simulation import CONTROL_RATE, get_task, model_hash

FIRST_SEED = 3_000_000
"""Starts of trials in the window: apart from training (0…), evaluation (1,000,000…) and
validation (2,000,000…), since what a person corrects here becomes training data."""
HAND_BACK = 6
"""Steps with the hands off after which the policy drives again (0.3 s)."""
EXPLAIN_EVERY = 2
"""Steps between two explanations: ten a second are as many as can be followed."""
PAUSE = 20
"""Steps between two trials, so that the eye sees how one ended (1 s)."""


class Deployment(Activity):
    """Owns the policy, the trials, and the recording of what a person corrects in them."""

    name = DEPLOY

    def __init__(self, outbox: Outbox) -> None:
        super().__init__(outbox)
        self._use = UsePolicy(None)
        self._trials = RunTrials(False)
        self._recorder = EpisodeRecorder()
        self._state = "idle"
        self._steps = 0
        self._pause = 0
        self._hands_off = HAND_BACK
        self._intervened = False
        self._counted = True
        self._noise = 0.0
        self._before: tuple[dict[str, np.ndarray], np.ndarray] | None = None
        self._next_seed = FIRST_SEED

    @property
    def state(self) -> str:
        return self._state

    @property
    def step(self) -> int:
        return self._steps

    def command(self, operator: OperatorCommand) -> np.ndarray | None:
        if self.world is None:
            return None
        if operator.active and not operator.held:
            self._hands_off = 0
        elif self._hands_off < HAND_BACK:
            self._hands_off += 1
        person = self._hands_off < HAND_BACK and not operator.held
        if self._pause:
            self._pause -= 1
            if self._pause == 0:
                self._begin_trial()
            return None
        if not person and self._state != "running":
            self.driver = ""
            self.gripper.move(OperatorCommand(gripper_toggles=operator.gripper_toggles))
            return None
        observation = self.world.observe()
        self._before = (observation, self.world.get_states())
        wanted = self._ask(observation) if self._state == "running" else None
        if person or wanted is None:
            self.driver = operator.device if person else ""
            self._intervened |= person
            return self.by_hand(operator)
        self.driver = self._use.mode
        return wanted

    def stepped(self, executed: np.ndarray) -> None:
        assert self.world is not None
        self.judge()
        if self._state != "running" or self._before is None:
            self.gripper.follow(executed[6])
            return
        observation, state = self._before
        self._before = None
        person = self.driver != self._use.mode
        if person:
            tell = getattr(self._use.policy, "executed", None)
            if tell is not None:
                tell(executed[None])
        else:
            self.gripper.follow(executed[6])
        self.meter.mark()
        self._recorder.append(observation, executed, float(self.world.rewards()[0]), state, person)
        if self._steps % EXPLAIN_EVERY == 0:
            # After the step: it takes longer than acting, and nothing waits for it here.
            self.explanation = self._guarded(lambda: self._use.policy.explain(0))
            if self._state != "running":
                return  # explaining failed, and the trial was abandoned
        self._steps += 1
        if self.outbox.noise() != self._noise:
            self._counted = False
            self._noise = self.outbox.noise()
        succeeded = bool(self.world.succeeded()[0])
        if succeeded or self._steps >= self._trials.limit:
            self._end_trial(succeeded)

    def handle(self, request: Any) -> None:
        if isinstance(request, SelectTask):
            if request.task != self.task:
                self._abandon()
                self._use = UsePolicy(None)
                self.select(request.task)
                self.restart(FIRST_SEED)
        elif self.world is None:
            return
        elif isinstance(request, UsePolicy):
            self._use = request
            self._counted = False
            self.explanation = None
            self.latency = None
            if request.policy is None:
                self._abandon()
            else:
                self._guarded(lambda: self._prepare(request))
        elif isinstance(request, RunTrials):
            self._trials = request
            if not request.running:
                self._abandon()
            elif self._use.policy is not None and self._state != "running":
                self._begin_trial()
        elif isinstance(request, NewStart):
            self._abandon()
            if request.seed is not None:
                self._next_seed = request.seed
            if self._trials.running and self._use.policy is not None:
                self._begin_trial()
            else:
                self.restart(self._draw_seed())

    def leftover(self) -> Take | None:
        """A trial that a person was correcting, as a failure: it was not finished."""
        if self._state != "running" or not self._intervened or not self._trials.keep_interventions:
            return None
        return Take(self._recorder, False, self.meter.rate, "closed")

    def _ask(self, observation: dict[str, np.ndarray]) -> np.ndarray | None:
        """The policy's action (1, 7) for what its sensors say; None if it failed."""
        began = time.perf_counter()
        use, sigma, seed = self._use, self.outbox.noise(), self.seed
        assert seed is not None

        def act() -> np.ndarray:
            sensed = observation
            if use.noise is not None:
                sensed = use.noise.apply(observation, sigma, [seed], self._steps)
            return np.asarray(use.policy.act(sensed), dtype=np.float32)

        action = self._guarded(act)
        self.latency = time.perf_counter() - began
        return action

    def _guarded(self, function: Any) -> Any:
        """Call into the policy; on any failure put it aside, say so, and leave the arm still."""
        try:
            return function()
        except Exception as error:  # noqa: BLE001 — a policy may raise anything; the arm must not
            details = "".join(traceback.format_exception(error))
            mode = self._use.mode
            self._abandon()
            self._use = UsePolicy(None)
            self._trials = RunTrials(False)
            self.outbox.fail(
                f"The policy ({mode}) stopped: {error}. Choose another mode or checkpoint.",
                details,
            )
            return None

    @staticmethod
    def _prepare(use: UsePolicy) -> None:
        use.policy.observing = use.observing
        use.policy.reset(1)

    def _begin_trial(self) -> None:
        self._pause = 0
        self.restart(self._draw_seed())
        if self._guarded(lambda: self._use.policy.reset(1) or True) is None:
            return
        self._recorder.begin(
            self.task,
            self.seed,
            self._use.mode,
            control_rate=CONTROL_RATE,
            model_hash=model_hash(self.task),
            fields=get_task(self.task).fields,
        )
        self._state = "running"
        self.meter.clear()
        self._steps = 0
        self._intervened = False
        self._counted = True
        self._noise = self.outbox.noise()
        self.explanation = None

    def _end_trial(self, success: bool) -> None:
        counted = self._counted and not self._intervened
        result = TrialResult(
            self._use.mode, self._noise, success, self._steps, counted, self._intervened
        )
        if self._intervened and self._trials.keep_interventions:
            take = Take(self._recorder, success, self.meter.rate, "intervention")
            self.outbox.take(take)
            self._recorder = EpisodeRecorder()
        self._recorder.discard()
        self._state = "over"
        self.driver = ""
        self._pause = PAUSE
        self.outbox.trial(result)

    def _abandon(self) -> None:
        """End a trial without counting it."""
        self._recorder.discard()
        self._before = None
        self._state = "idle"
        self._steps = 0
        self._pause = 0
        self._hands_off = HAND_BACK
        self.driver = ""
        self.explanation = None

    def _draw_seed(self) -> int:
        seed, self._next_seed = self._next_seed, self._next_seed + 1
        return seed

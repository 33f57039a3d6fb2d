"""A policy drives; the person may take over at any moment."""

import itertools
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
from app.scene.graphics import ready_context
from core.data import EpisodeRecorder
from core.rollout import Rollout, Sensors, Step
from core.simulation import CONTROL_RATE, TASKS, Appearance, PolicyCameras, frozen_copy, model_hash

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
    """Owns the policy, the trials, the cameras that the policy sees with, and the recording of what
    a person corrects in the trials."""

    name = DEPLOY
    state = "idle"

    def __init__(self, outbox: Outbox) -> None:
        super().__init__(outbox)
        self._use = UsePolicy(None)
        self._trials = RunTrials(False)
        self._recorder = EpisodeRecorder()
        self._rollout: Rollout | None = None
        self._cameras: PolicyCameras | None = None
        self._looks: tuple[Any, Appearance | None] = (None, None)
        self._pause = 0
        self._hands_off = HAND_BACK
        self._intervened = False
        self._counted = True
        self._seeds = itertools.count(FIRST_SEED)

    @property
    def step(self) -> int:
        return 0 if self._rollout is None else self._rollout.step_count

    def command(self, operator: OperatorCommand) -> np.ndarray | None:
        if not self.task:
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
        if not person and self.state != "running":
            self.driver = ""
            self.gripper.move(OperatorCommand(gripper_toggles=operator.gripper_toggles))
            return None
        wanted = self._ask() if self.state == "running" else None
        if person or wanted is None:
            self.driver = operator.device if person else ""
            self._intervened |= person
            return self.by_hand(operator)
        self.driver = self._use.mode
        return wanted

    def stepped(self, executed: np.ndarray) -> None:
        self.judge()
        if self.state != "running" or self._rollout is None:
            self.gripper.value = float(executed[6])
            return
        person = self.driver != self._use.mode
        if not person:
            self.gripper.value = float(executed[6])
        self.meter.mark()
        self._rollout.finish(executed[None], self.driver if person else "")
        if (self.step - 1) % EXPLAIN_EVERY == 0:
            # After the step: it takes longer than acting, and nothing waits for it here.
            self.explanation = self._guarded(lambda: self._use.policy.explain(0))
            if self.state != "running":
                return  # explaining failed, and the trial was abandoned
        succeeded = bool(self.world.succeeded()[0])
        if succeeded or self.step >= self._trials.limit:
            self._end_trial(succeeded)

    def handle(self, request: Any) -> None:
        if isinstance(request, SelectTask):
            if request.task != self.task:
                self._abandon()
                self._use = UsePolicy(None)
                self.close()
                self.select(request.task)
                self.restart(FIRST_SEED)
        elif not self.task:
            return
        elif isinstance(request, UsePolicy):
            self._use = request
            self._counted = False
            self.explanation = self.sensed = None
            self.latency = None
            if request.policy is None:
                self._abandon()
                self.close()
            else:
                self._guarded(self._prepare)
        elif isinstance(request, RunTrials):
            self._trials = request
            if not request.running:
                self._abandon()
            elif self._use.policy is not None and self.state != "running":
                self._begin_trial()
        elif isinstance(request, NewStart):
            self._abandon()
            if self._trials.running and self._use.policy is not None:
                self._begin_trial()
            else:
                self.restart(next(self._seeds))

    def appearance(self) -> Appearance | None:
        """How the scene of the present start looks under the present condition.

        The same object as long as neither changes, so that whoever draws need not compare.
        """
        assert self.world is not None
        condition, seed = self.outbox.condition(), self.seed or 0
        key = (condition, self.task, seed)
        if key != self._looks[0]:
            self._looks = key, condition.appearance(self.world.task, seed)
        return self._looks[1]

    def leftover(self) -> Take | None:
        """A trial that a person was correcting, as a failure: it was not finished."""
        if self.state != "running" or not self._intervened or not self._trials.keep_interventions:
            return None
        return Take(self._recorder, False, self.meter.rate)

    def close(self) -> None:
        """Give the cameras back."""
        if self._cameras is not None:
            self._cameras.close()
        self._cameras = None

    def _ask(self) -> np.ndarray | None:
        """The policy's action (1, 7) for what its sensors say; None if it failed."""
        rollout = self._rollout
        assert rollout is not None
        if self.outbox.condition() != rollout.sensors.condition:
            self._counted = False
            rollout.sensors.condition = self.outbox.condition()
        began = time.perf_counter()

        def choose() -> np.ndarray:
            if self._use.policy.delay != rollout.sensors.age:
                self._use.policy.delay = rollout.sensors.age
            return np.asarray(rollout.choose(), dtype=np.float32)

        action: np.ndarray | None = self._guarded(choose)
        self.latency = time.perf_counter() - began
        if self._cameras is not None:
            received = rollout.sensors.received.items()
            self.sensed = {name: frozen_copy(values[0]) for name, values in received}
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

    def _prepare(self) -> None:
        """Let the policy begin anew, in the middle of a trial if there is one."""
        policy = self._use.policy
        policy.observing = self._use.observing
        policy.reset(1)
        self._open_cameras()
        if self._rollout is not None:
            self._rollout.sensors, self._rollout.actor = self._sensors(), policy

    def _sensors(self) -> Sensors:
        """Fresh sensors for the policy in use, under the present condition."""
        assert self.seed is not None
        condition, scales = self.outbox.condition(), self._use.scales
        return Sensors(self.world, condition, scales, [self.seed], self._cameras)

    def _open_cameras(self) -> None:
        """Have the cameras of the images that the policy senses, and draw with them once.

        The driver compiles for a while before the first image, and a trial is no place for that.
        """
        fields = self._use.images
        had = self._cameras
        if had is not None and (had.task, had.fields) == (self.task, fields):
            return
        self.close()
        if fields:
            cameras = PolicyCameras(self.task, fields, make_context=ready_context)
            cameras.render([self.world.snapshot()])
            self._cameras = cameras

    def _begin_trial(self) -> None:
        self._pause = 0
        self._rollout = self.explanation = None
        self.restart(next(self._seeds))
        if self._guarded(lambda: self._use.policy.reset(1) or True) is None:
            return
        self._recorder.begin(
            self.task,
            self.seed,
            self._use.mode,
            control_rate=CONTROL_RATE,
            model_hash=model_hash(self.task),
            fields=TASKS[self.task].fields,
        )
        self._rollout = Rollout(self.world, self._sensors(), self._use.policy, self._append)
        self.state = "running"
        self.meter.clear()
        self._intervened = False
        self._counted = True

    def _append(self, step: Step) -> None:
        """Record a control step of the trial."""
        reward, person = float(step.rewards[0]), bool(step.actor)
        self._recorder.append(step.observation, step.executed, reward, step.states, person)

    def _end_trial(self, success: bool) -> None:
        assert self._rollout is not None
        counted = self._counted and not self._intervened
        condition = self._rollout.sensors.condition
        result = TrialResult(self._use.mode, condition, success, counted, self._intervened)
        if self._intervened and self._trials.keep_interventions:
            self.outbox.take(Take(self._recorder, success, self.meter.rate))
            self._recorder = EpisodeRecorder()
        self._recorder.discard()
        self.state = "over"
        self.driver = ""
        self._pause = PAUSE
        self.outbox.trial(result)

    def _abandon(self) -> None:
        """End a trial without counting it."""
        self._recorder.discard()
        self._rollout = None
        self.state = "idle"
        self._pause = 0
        self._hands_off = HAND_BACK
        self.driver = ""
        self.explanation = None

"""The thread that owns the arm and keeps it at 20 control steps a second."""

import threading
import traceback
from collections import deque
from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QThread, Signal

from app.arm.activity import Activity, Outbox
from app.arm.deployment import Deployment
from app.arm.driving import Driving
from app.arm.messages import Activate, OperatorCommand, Take, Tick
from app.arm.pace import Pace
from app.arm.replaying import Replaying
from app.scene.content import View
from core.simulation import CONTROL_RATE, Condition

SLICES = 3
"""Parts of a control step after each of which there is a view to draw: 60 a second."""
SLICE = 1.0 / (SLICES * CONTROL_RATE)
"""Time between two parts [s]."""
STOP_TIMEOUT = 10_000
"""Longest wait for the thread to end [ms]; one control step is 50."""


class SimulationThread(QThread):
    """Runs one activity of the arm at a time, against absolute deadlines.

    The window reads `view` whenever it draws, the thread reads `operator` and `condition` before
    every step (each a single reference to something immutable), and everything else is posted as a
    request that is picked up between two control steps.
    """

    ticked = Signal(object)
    """A control step is done: `Tick`."""
    take_ready = Signal(object)
    """A recording has ended and is to be kept: `Take`."""
    trial_over = Signal(object)
    """A policy's trial has ended: `TrialResult`."""
    happened = Signal(str)
    """"grasp", "success", "reset" or "discarded"."""
    failed = Signal(str, str)
    """Something went wrong and the arm holds still: a sentence with what to do, and details."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("simulation")
        self.operator: Callable[[], OperatorCommand] = OperatorCommand
        """What a person asks for at the moment of the call, which any thread may make."""
        self.condition = Condition()
        """What disturbs a deployed policy."""
        self.view: View | None = None
        self.leftover: tuple[Take, ...] = ()
        self._requests: deque[tuple[str, Any]] = deque()
        self._stop = threading.Event()

    def post(self, activity: str, request: Any) -> None:
        """Ask an activity for something; done between control steps, in the order of posting."""
        self._requests.append((activity, request))

    def close_down(self) -> tuple[Take, ...]:
        """Stop and wait. Returns what was being recorded and is still to be saved."""
        self._stop.set()
        self.wait(STOP_TIMEOUT)
        leftover, self.leftover = self.leftover, ()
        return leftover

    def run(self) -> None:
        """The loop; on the thread itself."""
        outbox = Outbox(
            take=self.take_ready.emit,
            trial=self.trial_over.emit,
            event=self.happened.emit,
            fail=self.failed.emit,
            condition=lambda: self.condition,
        )
        kinds: tuple[type[Activity], ...] = (Driving, Deployment, Replaying)
        activities = {kind.name: kind(outbox) for kind in kinds}
        current: Activity | None = None
        pace = Pace(CONTROL_RATE, self._stop)
        while pace.next_tick():
            while self._requests:
                name, request = self._requests.popleft()
                activity = activities[name]
                if isinstance(request, Activate):
                    current = activity
                else:
                    self._handle(activity, request)
                if activity is current:
                    self.view = activity.view()
            if current is not None:
                self._control_step(current, pace)
        leftover = (activity.leftover() for activity in activities.values())
        self.leftover = tuple(take for take in leftover if take is not None)
        for activity in activities.values():
            activity.close()

    def _handle(self, activity: Activity, request: Any) -> None:
        try:
            activity.handle(request)
        except Exception as error:  # noqa: BLE001 — said to the person; the loop goes on
            self.failed.emit(str(error), traceback.format_exc())

    def _control_step(self, activity: Activity, pace: Pace) -> None:
        operator = self.operator()
        executed = np.zeros(7, dtype=np.float32)
        command = activity.command(operator)
        if command is not None:
            executed = activity.world.begin(command)[0]
            self._advance(activity, pace)
            activity.world.finish()
            activity.stepped(executed)
        self.view = activity.view()
        self.ticked.emit(
            Tick(
                activity=activity.name,
                task=activity.task,
                timing=pace.timing(),
                state=activity.state,
                step=activity.step,
                held=operator.held,
                driver=activity.driver,
                command=tuple(executed.tolist()),
                seed=activity.seed,
                succeeded=bool(activity.task and activity.world.succeeded()[0]),
                latency=activity.latency,
                text=getattr(activity.explanation, "text", ""),
                sensed=activity.sensed,
            )
        )

    def _advance(self, activity: Activity, pace: Pace) -> None:
        """The physics of one control step, in slices at the moments when they are due."""
        world = activity.world
        for part in range(SLICES):
            if part > 0:
                self.view = activity.view()
                pace.wait_within(part * SLICE)
            first, end = world.substeps * part // SLICES, world.substeps * (part + 1) // SLICES
            world.advance(end - first)

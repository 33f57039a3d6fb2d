"""The thread that owns the arm and keeps it at 20 control steps a second."""

from __future__ import annotations

import threading
import traceback
from collections import deque
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QThread, Signal

from app.arm.deployment import Deployment
from app.arm.driving import Driving
from app.arm.messages import (
    NO_HANDS,
    Activate,
    Addressed,
    Failure,
    OperatorCommand,
    Take,
    Tick,
    TrialResult,
    View,
)
from app.arm.pace import Pace, Timing
from app.arm.replaying import Replaying
from app.arm.use import Outbox, Use
from core.simulation import CONTROL_RATE

SLICES = 3
"""Parts of a control step after each of which there is a view to draw: 60 a second."""
SLICE = 1.0 / (SLICES * CONTROL_RATE)
"""Time between two parts [s]."""
STOP_TIMEOUT = 10_000
"""Longest wait for the thread to end [ms]; one control step is 50."""


class SimulationThread(QThread):
    """Runs one of the uses of the arm at a time, against absolute deadlines.

    The window reads `view` whenever it draws, sets `operator` and `noise` whenever they change
    (each a single reference to something immutable), and posts everything else as a request that
    is picked up between two control steps.
    """

    ticked = Signal(object)
    """A control step is done: `Tick`."""
    take_ready = Signal(object)
    """A recording has ended and is to be kept: `Take`."""
    trial_over = Signal(object)
    """A policy's trial has ended: `TrialResult`."""
    happened = Signal(str)
    """"grasp", "success", "reset" or "discarded"."""
    failed = Signal(object)
    """Something went wrong; the arm holds still: `Failure`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("simulation")
        self.operator: OperatorCommand = NO_HANDS
        self.noise = 0.0
        self.view: View | None = None
        self.leftover: tuple[Take, ...] = ()
        self._requests: deque[Any] = deque()
        self._stop = threading.Event()
        self._timing = Timing(0.0, 0.0, 0.0, 0)

    @property
    def timing(self) -> Timing:
        """How well the loop holds its rate."""
        return self._timing

    def post(self, use: str, request: Any) -> None:
        """Ask a use for something; done between two control steps, in the order of posting."""
        self._requests.append(Addressed(use, request))

    def activate(self, use: str | None) -> None:
        """Use the arm for something else; None lets it rest."""
        self._requests.append(Activate(use))

    def close_down(self) -> tuple[Take, ...]:
        """Stop and wait. Returns what was being recorded and is still to be saved."""
        self._stop.set()
        if self.isRunning():
            self.wait(STOP_TIMEOUT)
        leftover, self.leftover = self.leftover, ()
        return leftover

    def run(self) -> None:
        """The loop; on the thread itself."""
        outbox = Outbox(
            take=self.take_ready.emit,
            trial=self._tell_trial,
            event=self.happened.emit,
            fail=self._tell_failure,
            noise=lambda: self.noise,
        )
        uses: dict[str, Use] = {
            use.name: use for use in (Driving(outbox), Deployment(outbox), Replaying(outbox))
        }
        current: Use | None = None
        pace = Pace(CONTROL_RATE, self._stop)
        while pace.next_tick():
            if self._requests:
                current = self._handle_requests(uses, current)
            if current is not None:
                self._control_step(current, pace)
            self._timing = pace.timing()
        self.leftover = tuple(take for use in uses.values() if (take := use.leftover()) is not None)

    def _handle_requests(self, uses: dict[str, Use], current: Use | None) -> Use | None:
        while self._requests:
            request = self._requests.popleft()
            if isinstance(request, Activate):
                current = None if request.use is None else uses[request.use]
                self.view = None if current is None else current.view()
                continue
            use = uses[request.use]
            try:
                use.handle(request.request)
            except Exception as error:  # noqa: BLE001 — said to the person; the loop goes on
                self._tell_failure(str(error), "".join(traceback.format_exception(error)))
            if use is current:
                self.view = use.view()
        return current

    def _control_step(self, use: Use, pace: Pace) -> None:
        operator = self.operator
        executed = np.zeros(7, dtype=np.float32)
        command = use.command(operator)
        if command is not None:
            assert use.world is not None
            executed = use.world.begin(command)[0]
            self._advance(use, pace)
            use.world.finish()
            use.stepped(executed)
        self.view = use.view()
        self._tell_tick(use, operator, executed)

    def _advance(self, use: Use, pace: Pace) -> None:
        """The physics of one control step, in slices at the moments when they are due."""
        world = use.world
        assert world is not None
        done = 0
        for part in range(1, SLICES + 1):
            if part > 1:
                self.view = use.view()
                pace.wait_within((part - 1) * SLICE)
            until = world.substeps * part // SLICES
            world.advance(until - done)
            done = until

    def _tell_tick(self, use: Use, operator: OperatorCommand, executed: np.ndarray) -> None:
        world = use.world
        self.ticked.emit(
            Tick(
                use=use.name,
                task=use.task,
                timing=self._timing,
                state=use.state,
                step=use.step,
                held=operator.held,
                driver=use.driver,
                command=tuple(executed.tolist()),
                seed=use.seed,
                success_now=world is not None and bool(world.success_now()[0]),
                succeeded=world is not None and bool(world.succeeded()[0]),
                grasped=world is not None and bool(world.grasped()[0]),
                latency=use.latency,
                text=getattr(use.explanation, "text", ""),
            )
        )

    def _tell_trial(self, result: TrialResult) -> None:
        self.trial_over.emit(result)

    def _tell_failure(self, text: str, details: str) -> None:
        self.failed.emit(Failure(text, details))

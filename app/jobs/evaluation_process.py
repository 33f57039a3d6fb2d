"""The process that evaluates: `python -m app.jobs.evaluation_process`.

Reads a plan from standard input and tells its progress on standard output, a JSON object a line
(see `app.jobs.evaluation_protocol`). It ends by itself when it is told to, and when standard
input closes, so that a window that died leaves nothing running.

A process of its own because thousands of small NumPy and torch calls hold Python's lock: in a
thread they would take it from the window and from the control loop of the arm.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import traceback
from typing import IO, TYPE_CHECKING, Any

from app.jobs.evaluation_protocol import (
    ENDED,
    FAILED,
    PICTURE,
    QUIT,
    RESULTS,
    SAVED,
    STARTED,
    TABLE,
    EvaluationPlan,
    ProgressSender,
    command_of,
)

if TYPE_CHECKING:
    from core.evaluation import Progress
    from core.learning import Checkpoint

POLITENESS = 10
"""How far the process steps back behind the window and the arm where cores are few."""


class Orders:
    """Listens to standard input on a thread of its own."""

    def __init__(self, source: IO[bytes]) -> None:
        self.stop = threading.Event()
        """Set when the evaluation is to end."""
        self.hurry = threading.Event()
        """Set when nobody waits for the picture any more."""
        self._source = source
        threading.Thread(target=self._listen, name="orders", daemon=True).start()

    def _listen(self) -> None:
        for line in self._source:
            if line == QUIT:
                self.hurry.set()
            self.stop.set()
        self.hurry.set()  # the window is gone
        self.stop.set()


class Speaker:
    """Writes messages; a window that is gone is no reason to fail."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target

    def say(self, what: str, **values: Any) -> None:
        """Tell `what` with its values."""
        self.send({"say": what, **values})

    def send(self, message: dict[str, Any]) -> None:
        """Write one message."""
        try:
            self._target.write(json.dumps(message).encode() + b"\n")
            self._target.flush()
        except (BrokenPipeError, ValueError):
            pass


def main() -> int:
    """Run the plan of the first line; returns the exit code."""
    speaker = Speaker(_own_output())
    if hasattr(os, "nice"):
        os.nice(POLITENESS)
    try:
        plan = EvaluationPlan.from_line(sys.stdin.buffer.readline())
        orders = Orders(sys.stdin.buffer)
        finished = _evaluate(plan, orders, speaker)
    except Exception as error:  # noqa: BLE001 — told to the window, details included
        speaker.say(FAILED, text=str(error), details=traceback.format_exc())
        return 1
    speaker.say(ENDED, finished=finished)
    return 0


def _own_output() -> IO[bytes]:
    """Standard output for messages alone: whatever else prints goes to standard error."""
    own = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return own


def _evaluate(plan: EvaluationPlan, orders: Orders, speaker: Speaker) -> bool:
    """Evaluate and save; returns whether everything was done."""
    import torch

    torch.set_num_threads(1)
    from core.data import require_writable
    from core.evaluation import Condition, evaluate, plot_curves
    from core.learning import load_checkpoint

    require_writable(plan.folder.parent)  # before minutes of work
    checkpoint = load_checkpoint(plan.checkpoint)
    progresses = evaluate(
        checkpoint,
        plan.modes,
        (),
        plan.episodes,
        conditions=[Condition.from_dict({**dict(plan.beside), "noise": n}) for n in plan.noise],
        horizon=plan.horizon,
        batch=plan.batch,
        observer=plan.observer,
        should_stop=orders.stop,
    )
    speaker.say(STARTED, task=checkpoint.task)
    sender = ProgressSender()
    last: Progress | None = None
    for last in progresses:
        speaker.send(sender.message(last))
    if last is not None and any(result.outcomes for result in last.results):
        _save(plan, checkpoint, last)
        speaker.say(SAVED, folder=str(plan.folder))
        if not orders.hurry.is_set():
            results = [result for result in last.results if result.outcomes]
            plot_curves(results, plan.folder / PICTURE, title=plan.checkpoint.name)
    return last is not None and last.finished


def _save(plan: EvaluationPlan, checkpoint: Checkpoint, last: Progress) -> None:
    """Write results and table into the folder of the comparison."""
    from core.evaluation import FIRST_SEED, provenance, write_csv, write_json

    results = [result for result in last.results if result.outcomes]
    source = provenance(
        checkpoint,
        plan.checkpoint,
        first_seed=FIRST_SEED,
        episodes=plan.episodes,
        horizon=plan.horizon,
        observer=plan.observer,
        command=command_of(plan),
    )
    write_json(plan.folder / RESULTS, results, source | {"complete": last.finished})
    write_csv(plan.folder / TABLE, results)


if __name__ == "__main__":
    raise SystemExit(main())

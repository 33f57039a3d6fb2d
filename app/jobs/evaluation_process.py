"""The process that evaluates: `python -m app.jobs.evaluation_process`.

Reads a request from standard input and reports its progress on standard output, a JSON object a
line (see `app.jobs.evaluation_protocol`). It ends when asked to, and when standard input closes, so
that a window that died leaves nothing running. The evaluation is the command line's own.

A process of its own because thousands of small NumPy and torch calls hold Python's lock: in a
thread they would take it from the window and from the control loop of the arm.
"""

from __future__ import annotations

import contextlib
import itertools
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
    PROGRESS,
    QUIT,
    RESULTS,
    SAVED,
    STARTED,
    TABLE,
    EvaluationRequest,
    ProgressSender,
    command_of,
)

if TYPE_CHECKING:
    from core.evaluation import Progress, Result
    from core.learning import Checkpoint

POLITENESS = 10
"""How far the process steps back behind the window and the arm where cores are few."""


class Orders:
    """Listens to standard input on a thread of its own."""

    def __init__(self, source: IO[bytes]) -> None:
        self.stop = threading.Event()
        """Set when the evaluation is to end."""
        self.hurry = threading.Event()
        """Set when no one waits for the picture any more."""
        self._source = source
        threading.Thread(target=self._listen, name="orders", daemon=True).start()

    def _listen(self) -> None:
        for line in itertools.chain(self._source, [QUIT]):  # at the end the window is gone
            if line == QUIT:
                self.hurry.set()
            self.stop.set()


class Speaker:
    """Writes messages; a window that is gone is no reason to fail."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target

    def say(self, what: str, **values: Any) -> None:
        """Send `what` with its values."""
        with contextlib.suppress(BrokenPipeError, ValueError):
            self._target.write(json.dumps({"say": what, **values}).encode() + b"\n")
            self._target.flush()


def main() -> int:
    """Run the request of the first line; returns the exit code."""
    speaker = Speaker(_own_output())
    if hasattr(os, "nice"):
        os.nice(POLITENESS)
    try:
        request = EvaluationRequest.from_line(sys.stdin.buffer.readline())
        orders = Orders(sys.stdin.buffer)
        finished = _evaluate(request, orders, speaker)
    except Exception as error:  # noqa: BLE001 — sent to the window, details included
        speaker.say(FAILED, text=str(error), details=traceback.format_exc())
        return 1
    speaker.say(ENDED, finished=finished)
    return 0


def _own_output() -> IO[bytes]:
    """Standard output for messages alone: whatever else prints goes to standard error."""
    own = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return own


def _evaluate(request: EvaluationRequest, orders: Orders, speaker: Speaker) -> bool:
    """Evaluate and save; returns whether everything was done."""
    import torch

    torch.set_num_threads(1)
    from core.data import require_writable
    from core.evaluation import evaluate, plot_curves
    from core.learning import load_checkpoint

    require_writable(request.folder.parent)  # before minutes of work
    checkpoint = load_checkpoint(request.checkpoint)
    progresses = evaluate(
        checkpoint,
        request.modes,
        (),
        request.episodes,
        conditions=request.conditions,
        horizon=request.horizon,
        batch=request.batch,
        observer=request.observer,
        should_stop=orders.stop,
    )
    speaker.say(STARTED)
    sender = ProgressSender()
    last: Progress | None = None
    for last in progresses:
        speaker.say(PROGRESS, **sender.message(last))
    results = [result for result in last.results if result.outcomes] if last is not None else []
    if last is not None and results:
        _save(request, checkpoint, results, complete=last.finished)
        speaker.say(SAVED, folder=str(request.folder))
        if not orders.hurry.is_set():
            plot_curves(results, request.folder / PICTURE, title=request.checkpoint.name)
    return last is not None and last.finished


def _save(
    request: EvaluationRequest, checkpoint: Checkpoint, results: list[Result], *, complete: bool
) -> None:
    """Write results and table into the folder of the comparison."""
    from core.evaluation import FIRST_SEED, provenance, write_csv, write_json

    source = provenance(
        checkpoint,
        request.checkpoint,
        first_seed=FIRST_SEED,
        episodes=request.episodes,
        horizon=request.horizon,
        observer=request.observer,
        command=command_of(request),
    )
    write_json(request.folder / RESULTS, results, source | {"complete": complete})
    write_csv(request.folder / TABLE, results)


if __name__ == "__main__":
    raise SystemExit(main())

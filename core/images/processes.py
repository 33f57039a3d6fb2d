"""Requests that are answered by several processes at once."""

import os
import queue
import sys
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.data.vetted.child import Child, ChildEndedError

POLL = 0.1
"""How often it is asked whether to stop [s]."""


@dataclass(frozen=True)
class Answer:
    """What came of a request."""

    index: int
    """Which of the requests, from 0."""
    values: Mapping[str, Any]
    """What the worker answered; empty where it failed."""
    failure: str | None = None
    """Why there is no answer, a sentence; None if there is one."""
    storage: bool = False
    """Whether the disk refused."""


def usual_count() -> int:
    """Processes that leave one core to the window and the arm."""
    return max(1, (os.cpu_count() or 1) - 1)


class Processes:
    """Runs requests in processes of their own, one each at a time.

    Not forked, and not with the modules of the caller's main program: a window's threads and its
    graphics must not be in them. A process that dies takes its own request with it and no other.
    """

    def __init__(self, worker: str, count: int | None = None) -> None:
        """`worker`: "module:class" of what answers, as :mod:`core.images.worker` says."""
        self._command = ("-m", "core.images.worker", worker)
        self._count = count or usual_count()
        self._children: dict[int, Child] = {}
        self._ended = False
        self._lock = threading.Lock()

    def run(
        self, requests: Sequence[Mapping[str, Any]], should_stop: threading.Event | None = None
    ) -> Iterator[Answer]:
        """Answers as they come; ends early once `should_stop` is set.

        However it ends, no process is left behind. To be called once.
        """
        waiting = deque(enumerate(requests))
        answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        threads = [
            threading.Thread(target=self._serve, args=(number, waiting, answers), daemon=True)
            for number in range(min(self._count, len(requests)))
        ]
        for thread in threads:
            thread.start()
        left = len(requests)
        try:
            while left and not (should_stop is not None and should_stop.is_set()):
                try:
                    answer = answers.get(timeout=POLL)
                except queue.Empty:
                    continue
                left -= 1
                yield answer
        finally:
            with self._lock:
                self._ended = True
                for child in self._children.values():
                    child.process.kill()
            for thread in threads:
                thread.join()

    def _serve(
        self,
        number: int,
        waiting: "deque[tuple[int, Mapping[str, Any]]]",
        answers: "queue.SimpleQueue[Answer]",
    ) -> None:
        """Have requests answered until none is left; on a thread of its own."""
        while waiting and (child := self._start(number)) is not None:
            with child:
                while not self._ended and (taken := _next(waiting)) is not None:
                    index, request = taken
                    child.ask(request)
                    try:
                        said, _ = child.receive(None)
                    except ChildEndedError as error:
                        answers.put(Answer(index, {}, f"the process that drew it {error}"))
                        break
                    answers.put(
                        Answer(
                            index,
                            said.get("answer", {}),
                            said.get("failure"),
                            bool(said.get("storage")),
                        )
                    )

    def _start(self, number: int) -> Child | None:
        """A new process; None once all is over."""
        with self._lock:
            if self._ended:
                return None
            self._children[number] = Child(self._command, _environment())
            return self._children[number]


def _next(
    waiting: "deque[tuple[int, Mapping[str, Any]]]",
) -> tuple[int, Mapping[str, Any]] | None:
    try:
        return waiting.popleft()
    except IndexError:
        return None


def _environment() -> dict[str, str]:
    """That of this process, with one thread in whatever computes."""
    root = str(Path(__file__).resolve().parents[2])
    one = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "LP_NUM_THREADS"), "1")
    path = os.pathsep.join(dict.fromkeys([root, *filter(None, sys.path)]))
    return {**os.environ, **one, "PYTHONPATH": path}

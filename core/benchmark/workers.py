"""Processes of this machine that do jobs, one each at a time."""

import contextlib
import multiprocessing
import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any, Protocol

POLL = 0.2
"""How often it is asked whether to stop [s]."""
PATIENCE = 5.0
"""How long a process may take to end before it is killed [s]."""


class Job(Protocol):
    """Work that a process of its own can do."""

    @property
    def name(self) -> str:
        """What progress calls it."""

    @property
    def cost(self) -> float:
        """About how long it takes [s]."""

    def run(self, cache: Path, on_progress: Any) -> dict[str, Any]:
        """Do it; `on_progress(share, note)` gets how far it is."""


@dataclass(frozen=True)
class Event:
    """What became known of a job."""

    job: Job
    """Which one."""
    share: float = 0.0
    """How much of it is done, 0 to 1."""
    note: str = ""
    """What is under way."""
    answer: dict[str, Any] | None = None
    """What it gave, once it is done."""
    failure: str | None = None
    """Why it gave nothing, in a sentence."""

    @property
    def finished(self) -> bool:
        """Whether this is the last that is heard of the job."""
        return self.answer is not None or self.failure is not None


@dataclass
class _Worker:
    """A process, our end of the line to it, and what it does."""

    process: SpawnProcess
    line: Connection
    job: Job | None = None


class LocalWorkers:
    """Runs jobs in processes that live as long as there is work.

    A process loads torch and the simulator once (about 3 s) and keeps them from job to job. Each
    uses one thread, since the networks are small and the cores are for other jobs. A job that
    fails, or takes its process with it, leaves the others alone.
    """

    def __init__(self, cache: Path, count: int | None = None) -> None:
        """`count` of processes; by default one for each core."""
        self.count = max(1, count or os.cpu_count() or 1)
        self._cache = cache

    def run(self, jobs: Sequence[Job], stop: threading.Event) -> Iterator[Event]:
        """Do `jobs` in their order, telling what happens; ends early once `stop` is set.

        However it ends, no process is left behind.
        """
        waiting = deque(jobs)
        workers: list[_Worker] = []
        try:
            while waiting or any(worker.job is not None for worker in workers):
                if stop.is_set():
                    return
                idle = [worker for worker in workers if worker.job is None]
                while waiting and (idle or len(workers) < self.count):
                    worker = idle.pop() if idle else self._hire(workers)
                    worker.job = waiting.popleft()
                    worker.line.send(worker.job)
                yield from self._listen(workers)
        finally:
            _dismiss(workers)

    def _hire(self, workers: list[_Worker]) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=serve, args=(theirs, self._cache), name="benchmark", daemon=True
        )
        with _deaf_to_interrupts():
            process.start()
        theirs.close()  # or its end of file would never reach us
        worker = _Worker(process, ours)
        workers.append(worker)
        return worker

    def _listen(self, workers: list[_Worker]) -> Iterator[Event]:
        """What the processes say within a moment."""
        ready = set(wait([worker.line for worker in workers], POLL))
        for worker in [each for each in workers if each.line in ready]:
            job = worker.job
            try:
                said = worker.line.recv()
            except (EOFError, OSError):
                worker.process.join(PATIENCE)
                workers.remove(worker)
                if job is not None:
                    code = worker.process.exitcode
                    yield Event(job, failure=f"its process ended with exit code {code}")
                continue
            assert job is not None
            event = Event(job, **said)
            if event.finished:
                worker.job = None
            yield event


def serve(line: Connection, cache: Path) -> None:
    """What a process does: jobs from the line, until the line is closed."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import torch

    torch.set_num_threads(1)
    while True:
        try:
            job = line.recv()
        except (EOFError, OSError):
            return
        _say(line, **outcome(job, cache, lambda share, note: _say(line, share=share, note=note)))


def outcome(job: Job, cache: Path, on_progress: Any) -> dict[str, Any]:
    """Do `job`; its answer or why there is none, as values of an :class:`Event`."""
    try:
        return {"share": 1.0, "answer": job.run(cache, on_progress)}
    except Exception as error:  # noqa: BLE001  # whatever it is, the others go on
        return {"failure": in_a_sentence(error)}


def _say(line: Connection, **values: Any) -> None:
    try:
        line.send(values)
    except OSError:
        os._exit(1)  # no one listens any more


def in_a_sentence(error: BaseException) -> str:
    """What went wrong: our own errors speak for themselves, others need their place."""
    text = " ".join(str(error).split())
    if type(error).__module__.startswith("core."):
        return text
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {text} ({Path(frame.filename).name}:{frame.lineno})"


def _end_with_parent() -> None:
    """End this process when the one that started it has been killed."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _dismiss(workers: list[_Worker]) -> None:
    for worker in workers:
        if worker.job is not None:
            worker.process.terminate()
        worker.line.close()  # one that waits for a job ends by itself
    for worker in workers:
        worker.process.join(PATIENCE)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        worker.process.close()


@contextlib.contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes started inside ignore Ctrl-C: it reaches all of a terminal's processes, and it is
    ours to end them. Being ignored is inherited; a handler is not."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)

"""Jobs on a Ray cluster."""

import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from core.benchmark.errors import BenchmarkError
from core.benchmark.workers import PATIENCE, POLL, Event, Job, in_a_sentence, outcome


class RayWorkers:
    """Runs jobs as Ray tasks of one core each; the program must be installed on every node.

    Each node keeps demonstrations and checkpoints in a cache of its own; results come back here.
    """

    def __init__(self, cache: Path, address: str) -> None:
        """`address` of the cluster's head node, "auto" for the cluster that this machine belongs
        to, or "local" for one of this machine's cores.

        Raises :class:`BenchmarkError` if Ray is not installed or the cluster does not answer.
        """
        try:
            import ray
        except ImportError:
            raise BenchmarkError(
                "Ray is not installed; run `pip install 'act-jepa-studio[ray]'`, or leave --ray out"
            ) from None
        self._ray = ray
        self._cache = cache
        _require_listener(address)
        try:
            ray.init(
                address=None if address == "local" else address,
                include_dashboard=False,
                log_to_driver=False,
                logging_level="ERROR",
                runtime_env={"env_vars": {"OMP_NUM_THREADS": "1"}},
            )
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise BenchmarkError(
                f"no Ray cluster answers at {address!r} ({' '.join(str(error).split())})"
            ) from error
        self.count = max(1, int(ray.cluster_resources().get("CPU", 1)))

    def run(self, jobs: Sequence[Job], stop: threading.Event) -> Iterator[Event]:
        """Do `jobs` and report what is finished; ends early once `stop` is set."""
        ray = self._ray
        remote = ray.remote(num_cpus=1, max_retries=1)(_run)
        # not all at once: a task that has been handed over cannot be called back quickly
        waiting = list(reversed(jobs))
        running: dict[Any, Job] = {}
        try:
            while waiting or running:
                if stop.is_set():
                    return
                while waiting and len(running) < 2 * self.count:
                    job = waiting.pop()
                    running[remote.remote(job, self._cache)] = job
                done, _ = ray.wait(list(running), timeout=POLL)
                for task in done:
                    job = running.pop(task)
                    try:
                        values = ray.get(task)
                    except ray.exceptions.RayError as error:
                        values = {"failure": in_a_sentence(error)}
                    yield Event(job, **values)
        finally:
            for task in running:
                ray.cancel(task, force=True)

    def close(self) -> None:
        """Leave the cluster."""
        self._ray.shutdown()


def _require_listener(address: str) -> None:
    """Refuse an address where no one listens; Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if address in ("local", "auto"):
        return
    try:
        socket.create_connection((host, int(port)), timeout=PATIENCE).close()
    except (OSError, ValueError) as error:
        raise BenchmarkError(
            f"no Ray cluster answers at {address!r} ({error}); expected HOST:PORT of its head "
            "node, auto, or local"
        ) from error


def _run(job: Job, cache: Path) -> dict[str, Any]:
    """One job on a node, as values of its last event."""
    import torch

    torch.set_num_threads(1)
    return outcome(job, cache, lambda *_: None)

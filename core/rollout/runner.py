"""Runs batches of episodes in two halves: while one half thinks, the other moves."""

import os
import threading
from collections.abc import Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from typing import Any, Self

import numpy as np
import torch

from core.learning import Checkpoint
from core.policies import Policy, make_policy
from core.rollout.batch import Batch, group_count, group_size, halves
from core.simulation import Condition, PolicyCameras, World

HALVES = 2
"""Parts of a batch that run at the same time."""


class RunningBatch:
    """Episodes of one mode under one condition, each half on a thread of its own.

    Physics, and most of what a policy computes, happen without Python's lock. With one half
    they would take turns on all cores; with two they overlap. More than two would wait for
    the lock instead. Each half has its own thread for good, which owns its cameras' OpenGL context.
    """

    def __init__(
        self, halves: list[Batch], threads: list[ThreadPoolExecutor], stop: threading.Event
    ) -> None:
        """`threads`: one for each half, and perhaps more."""
        self._halves = halves
        self._stop = stop
        self._futures: list[Future[None]] = [
            thread.submit(self._drive, half) for half, thread in zip(halves, threads, strict=False)
        ]

    def _drive(self, half: Batch) -> None:
        while not half.finished and not self._stop.is_set():
            half.step()

    def wait(self, timeout: float) -> bool:
        """Wait until all episodes have ended, at most `timeout` [s]; returns whether they have.

        Raises what a half has raised.
        """
        done, running = wait(self._futures, timeout, FIRST_EXCEPTION)
        for future in done:
            future.result()
        return not running

    @property
    def share(self) -> float:
        """How much of the work is done, in [0, 1]."""
        return sum(half.share for half in self._halves) / len(self._halves)

    @property
    def outcomes(self) -> list[bool]:
        """Success of each episode so far, in the order of the seeds."""
        return [outcome for half in self._halves for outcome in half.outcomes]

    @property
    def steps(self) -> list[int]:
        """Control steps of each episode, in the order of the seeds."""
        return [count for half in self._halves for count in half.steps]


class BatchRunner:
    """What batches run on: threads, worlds, cameras and policies, made once and used again.

    Use as a context manager; leaving it stops what still runs and waits for it.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        options: Mapping[str, Mapping[str, Any]],
        horizon: int,
        threads: int | None,
    ) -> None:
        """`options`: of the policies, by mode. `threads` to use in all; by default one per core."""
        self._checkpoint = checkpoint
        self._options = options
        self._horizon = horizon
        self._threads = max(1, threads or os.cpu_count() or 1)
        self._scales = checkpoint.noise_scales()
        self._starts: dict[int, np.ndarray] = {}
        self._cameras: dict[int, PolicyCameras] = {}
        self._worlds: dict[tuple[int, int], World] = {}
        self._policies: dict[tuple[str, int], list[Policy]] = {}
        self._stop = threading.Event()
        # torch's number of threads must be set on each thread anew: OpenMP keeps it per thread,
        # and a new one begins with all cores. With a busy machine that made a step of cloning
        # ten arms 75 ms instead of 2.
        self._workers = [
            ThreadPoolExecutor(1, f"evaluation {half}", torch.set_num_threads, (1,))
            for half in range(HALVES)
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for half, worker in enumerate(self._workers):
            if half in self._cameras:
                worker.submit(self._cameras[half].close)
            worker.shutdown(wait=True)

    def begin(self, mode: str, condition: Condition, seeds: range) -> RunningBatch:
        """Start the episodes of `seeds`; the batch before must have ended."""
        size = group_size(mode, images=bool(self._checkpoint.spec.sensed_images))
        parts = halves(seeds, size) if self._threads > 1 else [seeds]
        batches = []
        for half, part in enumerate(parts):
            world = self._world(half, len(part), max(1, self._threads // len(parts)))
            policies = self._policies_of(mode, half, group_count(part, size))
            batches.append(
                Batch(
                    world,
                    policies,
                    self._scales,
                    condition,
                    part,
                    self._horizon,
                    size,
                    self._starts_of(part, world),
                    self._cameras_of(half),
                )
            )
        return RunningBatch(batches, self._workers, self._stop)

    def _starts_of(self, seeds: range, world: World) -> np.ndarray:
        """States of the starts (n, state_size), drawn once: finding the arm's posture for each
        takes 3 ms, and every cell begins with the same ones."""
        missing = [seed for seed in seeds if seed not in self._starts]
        if missing:
            world.reset(seeds)
            self._starts.update(zip(seeds, world.get_states(), strict=True))
        return np.stack([self._starts[seed] for seed in seeds])

    def _world(self, half: int, count: int, threads: int) -> World:
        if (half, count) not in self._worlds:
            task = self._checkpoint.spec.task
            self._worlds[half, count] = World(task, count, threads=min(count, threads))
        return self._worlds[half, count]

    def _cameras_of(self, half: int) -> PolicyCameras | None:
        """Cameras of what the policy senses; None if it senses no images."""
        spec = self._checkpoint.spec
        if spec.sensed_images and half not in self._cameras:
            self._cameras[half] = PolicyCameras(spec.task, spec.sensed_images)
        return self._cameras.get(half)

    def _policies_of(self, mode: str, half: int, count: int) -> list[Policy]:
        made = self._policies.setdefault((mode, half), [])
        while len(made) < count:
            made.append(make_policy(self._checkpoint, mode, **self._options.get(mode, {})))
        return made[:count]

"""How the process of a command behaves: its threads, and Ctrl-C as a request to stop."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

SWITCH_INTERVAL = 0.0005
"""How long a thread may keep Python's lock while another wants it [s]."""


def use_one_torch_thread() -> None:
    """One thread for torch, set before torch is imported, and short turns for Python's threads.

    The networks are small: with another core busy, two threads fell from 354 to 2 training
    steps per second, and the simulator keeps the other cores busy during an evaluation. With
    Python's own interval of 5 ms, an evaluation's half that comes back from the physics waits
    for the other's arrays: 68 instead of 72% of the speed of the bare physics.
    """
    # Threads that are started later begin with OpenMP's number, not with torch's.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    import torch

    torch.set_num_threads(1)
    sys.setswitchinterval(SWITCH_INTERVAL)


@contextlib.contextmanager
def stop_on_interrupt() -> Iterator[threading.Event]:
    """An event that the first Ctrl-C sets; the second interrupts at once.

    A KeyboardInterrupt may come between two halves of one update; work that wants to keep what
    it has asks this event between updates instead.
    """
    event = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        if event.is_set():
            raise KeyboardInterrupt
        event.set()

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield event
    finally:
        signal.signal(signal.SIGINT, before)

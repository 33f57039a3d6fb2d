"""How the threads of this process share the machine."""

import os
import sys

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

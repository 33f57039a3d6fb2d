"""What a process that opens foreign files may take."""

import contextlib
import os
import sys
from collections.abc import Mapping
from pathlib import Path

MEMORY = 6 << 30
"""Address space of the process [bytes]: three of the largest recordings, and the libraries."""
CPU_TIME = 3600
"""Processor time of the process [s]; the time for one file is watched from outside."""
OPEN_FILES = 64
"""Files that it may have open at once."""


def limit_this_process() -> None:
    """Take from this process what a reader of files does not need; for its very beginning.

    No file may grow, memory and processor time are bounded, nothing is dumped when it crashes.
    Does nothing on Windows, which has no such limits: there only the time is watched.
    """
    try:
        import resource
    except ImportError:
        return
    wanted = {
        "RLIMIT_AS": MEMORY,
        "RLIMIT_CPU": CPU_TIME,
        "RLIMIT_NOFILE": OPEN_FILES,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
    }
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        _, hard = resource.getrlimit(kind)
        limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
            resource.setrlimit(kind, (limit, limit))


def reader_environment() -> Mapping[str, str]:
    """Environment for such a process: no plugins of HDF5, one thread, nothing of a Python set-up.

    The module path of this process is handed on, since the program may run from a checkout.
    """
    keep = ("PATH", "SYSTEMROOT", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "HOME", "TMPDIR", "TEMP")
    root = str(Path(__file__).resolve().parents[2])
    return {name: os.environ[name] for name in keep if name in os.environ} | {
        "HDF5_PLUGIN_PRELOAD": "::",  # HDF5's word for "load none"
        "HDF5_USE_FILE_LOCKING": "FALSE",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(dict.fromkeys([root, *filter(None, sys.path)])),
    }

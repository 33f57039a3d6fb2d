"""What a process that opens foreign files may take."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.data.errors import StorageError

MEMORY = 6 << 30
"""Address space of the process [bytes]: three of the largest recordings, and the libraries."""
CPU_TIME = 3600
"""Processor time of the process [s]; the time for one file is watched from outside."""
OPEN_FILES = 64
"""Files that it may have open at once."""

SLOWEST = 10e6
"""Speed at which a file or folder is read at the least [bytes/s]."""


def limit_this_process(cpu_time: int = CPU_TIME) -> None:
    """Bound what this process may use; call it first.

    It may write no file, memory and processor time (`cpu_time` [s]) are bounded, and a crash dumps
    nothing. Does nothing on Windows, which has no such limits: there only the time is watched.
    """
    try:
        import resource
    except ImportError:
        return
    wanted = {
        "RLIMIT_AS": MEMORY,
        "RLIMIT_CPU": cpu_time,
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
    root = str(Path(__file__).resolve().parents[3])
    return {name: os.environ[name] for name in keep if name in os.environ} | {
        "HDF5_PLUGIN_PRELOAD": "::",  # HDF5's word for "load none"
        "HDF5_USE_FILE_LOCKING": "FALSE",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",  # each thread's own would take 64 MiB of the address space
        "PYTHONPATH": os.pathsep.join(dict.fromkeys([root, *filter(None, sys.path)])),
    }


def start_child(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> "subprocess.Popen[bytes]":
    """Python with the arguments `command` as a child with pipes.

    `environment`: by default the one above. A child that reads foreign files calls
    :func:`limit_this_process` itself. Raises :class:`StorageError` if it cannot be started.
    """
    try:
        # Not forked: a window's threads and its graphics must not be in the child.
        return subprocess.Popen(
            [sys.executable, "-P", *command],  # modules are not looked for in the current folder
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment or reader_environment()),
        )
    except OSError as error:
        raise StorageError(
            f"cannot start a process to work with the file: {error.strerror or error}; "
            "close other programs and try again"
        ) from error


def size_of(path: Path) -> int:
    """Bytes of the file, or of all files below the folder; 0 where that cannot be found out."""
    try:
        files = path.rglob("*") if path.is_dir() else [path]
        return sum(file.lstat().st_size for file in files)
    except OSError:
        return 0


def ending_of(process: "subprocess.Popen[bytes]") -> str:
    """How a child that no longer answers has ended, as the rest of a sentence about its file."""
    try:
        code = process.wait(timeout=2.0)
    except subprocess.TimeoutExpired:
        return "made its reader fall silent"
    return f"crashed its reader ({f'signal {-code}' if code < 0 else f'exit code {code}'})"

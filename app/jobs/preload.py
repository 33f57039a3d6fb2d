"""Imports and warms up what learning needs without stopping the window or the arm."""

import ctypes
import gc
import importlib
import importlib.util
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_ONE_AT_A_TIME = threading.Lock()


def import_learning(modules: Sequence[str]) -> None:
    """Import torch and then `modules`; for a background thread.

    Python holds its lock while it loads a shared library, and torch's take half a second: the
    control loop would miss ten steps. A call through ctypes gives the lock away, so the libraries
    are loaded that way first and Python then finds them there (longest stop 0.7 s before, 0.1 s
    after).
    """
    with lasting():
        _load_libraries("torch")
        import torch

        torch.set_num_threads(1)
        for module in modules:
            importlib.import_module(module)


@contextmanager
def lasting() -> Iterator[None]:
    """What is made in here stays for good: the garbage collector leaves it out.

    It would do so several times during the imports, and with torch's million objects each time
    stops every thread for up to 200 ms; afterwards it would go on doing so now and then. Another
    thread that asks for the same waits.
    """
    with _ONE_AT_A_TIME:
        gc.disable()
        try:
            yield
        finally:
            gc.freeze()
            gc.enable()


def warm_up() -> None:
    """Let torch do its first update, which takes a second or two when everything is cold.

    Called in the background when the window has come up, so that Train answers at once. One
    torch thread per process: with another core busy, two are many times slower than one.
    """
    import torch

    torch.set_num_threads(1)
    unit = torch.nn.GRU(4, 4, batch_first=True)
    optimizer = torch.optim.Adam(unit.parameters(), fused=True)
    unit(torch.zeros(2, 3, 4))[0].square().mean().backward()
    torch.nn.utils.clip_grad_norm_(unit.parameters(), 1.0, foreach=True)
    optimizer.step()
    torch.linalg.eigh(torch.eye(4, dtype=torch.float64))


def wake_torch() -> tuple[str, ...]:
    """Warm up, and return the names of the graphics cards that can be computed on."""
    import torch

    with lasting():
        warm_up()
    return tuple(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))


def _load_libraries(package: str) -> None:
    """Load the package's biggest library and what it depends on, where that can be done."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None or os.name == "nt":
        return
    suffix = "dylib" if sys.platform == "darwin" else "so"
    library = Path(found.origin).parent / "lib" / f"libtorch_python.{suffix}"
    load = ctypes.CDLL(None).dlopen
    load.argtypes, load.restype = [ctypes.c_char_p, ctypes.c_int], ctypes.c_void_p
    load(os.fsencode(library), os.RTLD_NOW)  # the import reports a failure

"""A process that does one request after the other: `python -m core.images.worker MODULE:CLASS`.

Each line of its input is a request as JSON, for an object of that class to answer. Errors that are
sentences go back as such.
"""

import contextlib
import importlib
import json
import os
import sys
import traceback
from typing import Any

from core.data import StorageError
from core.data.vetted.messages import write_message
from core.errors import StudioError

POLITENESS = 10
"""How far the process steps back behind the window and the arm."""


def main() -> int:
    """Answer requests until the input ends."""
    if hasattr(os, "nice"):
        os.nice(POLITENESS)
    answers, sys.stdout = sys.stdout.buffer, sys.stderr  # nothing else may speak on that line
    module, _, name = sys.argv[1].partition(":")
    with contextlib.closing(getattr(importlib.import_module(module), name)()) as worker:
        for line in sys.stdin:
            write_message(answers, _answer(worker, json.loads(line)), {})
    return 0


def _answer(worker: Any, request: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"answer": worker.answer(request)}
    except StudioError as error:
        return {"failure": str(error), "storage": isinstance(error, StorageError)}
    except Exception as error:  # noqa: BLE001  # a fault of the program, said where it is asked
        last = traceback.format_exception_only(error)[-1].strip()
        return {"failure": f"{last} (a fault of the program)", "storage": False}


if __name__ == "__main__":
    sys.exit(main())
